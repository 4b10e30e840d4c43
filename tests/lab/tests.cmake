# The compare verb from outside: scripts that get the path of the command.
if(TARGET alvor-cli)
  foreach(name compare stream settings networks why kill errors)
    add_test(NAME lab.${name} COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/${name}.sh $<TARGET_FILE:alvor-cli>)
    set_tests_properties(lab.${name} PROPERTIES TIMEOUT 300)
  endforeach()
endif()
