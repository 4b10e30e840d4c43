# The Python package reads the C structures by layouts of its own, which have to be the headers'.
# Its other tests need packages from PyPI: the check's python stage (bindings/python/check.sh).
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND AND TARGET alvor-shared)
  add_test(NAME python.abi
           COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/bindings/python/tests/test_abi.py)
  set_tests_properties(python.abi PROPERTIES TIMEOUT 60
    ENVIRONMENT "ALVOR_LIBRARY_DIR=${PROJECT_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
endif()
