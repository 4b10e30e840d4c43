# Manual pages and completions, written by the build.
if(TARGET alvor-pages)
  add_test(NAME pages COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/run.sh $<TARGET_FILE:alvor-cli>
                              ${PROJECT_BINARY_DIR}/pages)
  set_tests_properties(pages PROPERTIES TIMEOUT 120 LABELS host)
endif()
