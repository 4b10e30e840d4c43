# Every allocation of the libraries fails once; the linker puts the failing allocator in between, which
# also counts what is lost, so that it needs no sanitizer.
if(TARGET alvor-lab)
  add_executable(test-alloc ${CMAKE_CURRENT_LIST_DIR}/test_alloc.c
                 ${CMAKE_CURRENT_LIST_DIR}/failing.c)
  alvor_flags(test-alloc)
  target_compile_options(test-alloc PRIVATE -Wno-pedantic -Wno-missing-prototypes)
  target_compile_definitions(test-alloc PRIVATE _GNU_SOURCE)
  target_include_directories(test-alloc PRIVATE ${PROJECT_SOURCE_DIR}/src
                             ${PROJECT_SOURCE_DIR}/include ${CMAKE_CURRENT_LIST_DIR}/..)
  target_link_libraries(test-alloc PRIVATE ${test_libraries} PkgConfig::CMOCKA m)
  foreach(function malloc calloc realloc free strdup)
    target_link_options(test-alloc PRIVATE LINKER:--wrap=${function})
  endforeach()
  add_test(NAME alloc COMMAND test-alloc)
  set_tests_properties(alloc PROPERTIES TIMEOUT 900 LABELS host)
endif()
