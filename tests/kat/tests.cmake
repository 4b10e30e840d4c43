# The stream against a second implementation, written in plain Python from docs/stream.md.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_executable(dump-stream ${CMAKE_CURRENT_LIST_DIR}/dump_stream.c)
alvor_flags(dump-stream)
target_link_libraries(dump-stream PRIVATE alvor)
add_test(NAME kat.stream_reference
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/stream_reference.py
                 $<TARGET_FILE:dump-stream> ${PROJECT_SOURCE_DIR}/docs/stream.md)

# The same from the plain functions, lightly optimized: what the loader picks on this processor must
# not show in a single bit. Sanitizers would see the same code twice, and compile for minutes.
if(NOT ALVOR_SANITIZE)
  file(GLOB plain_sources ${PROJECT_SOURCE_DIR}/src/base/*.c ${PROJECT_SOURCE_DIR}/src/math/*.c ${PROJECT_SOURCE_DIR}/src/simd/*.c
       ${PROJECT_SOURCE_DIR}/src/stream/*.c ${PROJECT_SOURCE_DIR}/src/dist/*.c)
  add_executable(dump-stream-plain ${CMAKE_CURRENT_LIST_DIR}/dump_stream.c ${plain_sources})
  alvor_flags(dump-stream-plain)
  target_compile_options(dump-stream-plain PRIVATE -UALV_CONTRACT_OFF -O1)
  target_include_directories(dump-stream-plain PRIVATE ${PROJECT_SOURCE_DIR}/src
                                                       ${PROJECT_SOURCE_DIR}/include)
  add_test(NAME kat.stream_reference_plain
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/stream_reference.py
                   $<TARGET_FILE:dump-stream-plain> ${PROJECT_SOURCE_DIR}/docs/stream.md)
endif()

# The tables of docs/types.md are those that the tool works out.
add_test(NAME kat.rounded_deviation
         COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/rounded_deviation.py --check
                 ${PROJECT_SOURCE_DIR}/docs/types.md)

# Orthogonal weights likewise, and what theory predicts.
if(TARGET alvor-cli)
  add_test(NAME kat.predict_reference
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/predict_reference.py
                   $<TARGET_FILE:alvor-cli>)
  add_test(NAME kat.haar_reference
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/haar_reference.py
                   $<TARGET_FILE:alvor-cli> ${PROJECT_SOURCE_DIR}/docs/stream.md)
endif()

# Schemes whose elements know their place, likewise.
if(TARGET alvor-cli)
  add_test(NAME kat.structured_reference
           COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/structured_reference.py
                   $<TARGET_FILE:alvor-cli> ${PROJECT_SOURCE_DIR}/docs/stream.md)
endif()
