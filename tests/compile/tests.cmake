# Every public header alone, as C11 and as C++17; every example, built and run; no build system and no
# libm for the core; the single header, and the same bits from every compiler.
add_test(NAME compile.headers
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/compile/headers.sh ${PROJECT_SOURCE_DIR}/include
          ${CMAKE_C_COMPILER})
set_tests_properties(compile.headers PROPERTIES TIMEOUT 120 LABELS host)
add_test(NAME compile.core
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/compile/core.sh ${PROJECT_SOURCE_DIR} ${CMAKE_C_COMPILER})
set_tests_properties(compile.core PROPERTIES TIMEOUT 600 LABELS host)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME compile.amalgamation
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/compile/amalgamation.sh ${PROJECT_SOURCE_DIR}
          ${CMAKE_C_COMPILER} ${Python3_EXECUTABLE} $<TARGET_FILE:alvor>)
set_tests_properties(compile.amalgamation PROPERTIES TIMEOUT 1800 LABELS host)

file(GLOB examples CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*.c)
foreach(source ${examples})
  get_filename_component(name ${source} NAME_WE)
  add_executable(example-${name} ${source})
  target_link_libraries(example-${name} PRIVATE alvor m)
  target_compile_options(example-${name} PRIVATE -Wall -Wextra -Wno-missing-field-initializers)
  if(ALVOR_STRICT)
    target_compile_options(example-${name} PRIVATE -Werror)
  endif()
  add_test(NAME example.${name} COMMAND example-${name})
endforeach()
set_tests_properties(example.dense_layer PROPERTIES
  PASS_REGULAR_EXPRESSION "fc1.weight starts with -?0[.][0-9]+ .*fc1.bias starts with 0")
set_tests_properties(example.slices PROPERTIES
  PASS_REGULAR_EXPRESSION "the halves are the whole")
# he_normal of fc1: sqrt(2 / 784), predicted exactly, measured within 1 %.
set_tests_properties(example.moments PROPERTIES
  PASS_REGULAR_EXPRESSION "he_normal +fc1.weight +0.000000 +-?0.000[0-9]+ +0.050508 +0.05(0[0-9]+|10[0-9]+)\n")
set_tests_properties(example.shards PROPERTIES
  PASS_REGULAR_EXPRESSION "^0 of 40960 elements differ\n$")
set_tests_properties(example.train PROPERTIES
  PASS_REGULAR_EXPRESSION "error: 0[.][0-9]+ at first, 0[.]000[0-9]+ after 2000 passes")
