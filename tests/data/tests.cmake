# `alvor data` from outside: needs Python's standard library only.
find_package(Python3 COMPONENTS Interpreter)
if(TARGET alvor-cli AND Python3_FOUND)
  add_test(NAME data.cli COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/data/cli.py
                                 $<TARGET_FILE:alvor-cli>)
  set_tests_properties(data.cli PROPERTIES TIMEOUT 120)
endif()
