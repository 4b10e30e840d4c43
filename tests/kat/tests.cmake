# The stream against a second implementation, written in plain Python from docs/stream.md.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_executable(dump-stream ${CMAKE_CURRENT_LIST_DIR}/dump_stream.c)
alvor_flags(dump-stream)
target_link_libraries(dump-stream PRIVATE alvor)
add_test(NAME kat.stream_reference
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/stream_reference.py
                 $<TARGET_FILE:dump-stream> ${PROJECT_SOURCE_DIR}/docs/stream.md)
