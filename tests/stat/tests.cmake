# Raw words of the streams on stdout, for batteries of other makers (docs/randomness.md).
add_executable(dump-words ${CMAKE_CURRENT_LIST_DIR}/dump_words.c)
alvor_flags(dump-words)
target_link_libraries(dump-words PRIVATE alvor)
