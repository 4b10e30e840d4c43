# New seeds against the frameworks that Python finds here; 77: none.
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND AND TARGET alvor-cli)
  add_test(NAME compat.fresh
           COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/compat/fresh.py
                   $<TARGET_FILE:alvor-cli>)
  set_tests_properties(compat.fresh PROPERTIES TIMEOUT 120 SKIP_RETURN_CODE 77
    ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
endif()
