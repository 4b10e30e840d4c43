# The flags that make the same bits everywhere, the warnings that keep the code honest.
function(alvor_flags target)
  set_target_properties(${target} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON
                        C_EXTENSIONS ON C_VISIBILITY_PRESET hidden
                        POSITION_INDEPENDENT_CODE ON)
  # No contraction and no libm on the sampling path (contract C1); errno and traps are not used,
  # and saying so lets loops with sqrt and selects be vectorized without changing a bit.
  target_compile_definitions(${target} PRIVATE ALV_CONTRACT_OFF)
  target_compile_options(${target} PRIVATE -ffp-contract=off -fno-math-errno -fno-trapping-math
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla
    -Wno-missing-field-initializers -Wno-gnu-statement-expression)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -O3)
  endif()
  if(ALVOR_STRICT)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(ALVOR_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(ALVOR_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${ALVOR_SANITIZE}
                           -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    target_link_options(${target} PUBLIC -fsanitize=${ALVOR_SANITIZE})
  endif()
endfunction()
