# The exported names; what is installed is built against by the check's install stage (run.sh).
if(TARGET alvor-lab-shared)
  add_test(NAME install.symbols
           COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/install/symbols.sh ${PROJECT_BINARY_DIR})
  set_tests_properties(install.symbols PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 60)
endif()
