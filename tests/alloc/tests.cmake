# Every allocation of the libraries fails once; the linker puts the failing allocator in between, which
# also counts what is lost, so that it needs no sanitizer.
if(TARGET alvor-lab)
  foreach(name alloc alloc_files)
    add_executable(test-${name} ${CMAKE_CURRENT_LIST_DIR}/test_${name}.c
                   ${CMAKE_CURRENT_LIST_DIR}/failing.c)
    alvor_flags(test-${name})
    target_compile_options(test-${name} PRIVATE -Wno-pedantic -Wno-missing-prototypes)
    target_compile_definitions(test-${name} PRIVATE _GNU_SOURCE)
    target_include_directories(test-${name} PRIVATE ${PROJECT_SOURCE_DIR}/src
                               ${PROJECT_SOURCE_DIR}/include ${CMAKE_CURRENT_LIST_DIR}/..)
    target_link_libraries(test-${name} PRIVATE ${test_libraries} PkgConfig::CMOCKA m)
    foreach(function malloc calloc realloc free strdup)
      target_link_options(test-${name} PRIVATE LINKER:--wrap=${function})
    endforeach()
    add_test(NAME ${name} COMMAND test-${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 900 LABELS host)
  endforeach()
endif()
