# Every tests/cli/NAME.sh but the helper is one test, cli.NAME, run in an empty directory. A script
# that exits with 77 could not run here and says why.
if(TARGET alvor-cli)
  file(GLOB cli_scripts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli/*.sh)
  list(FILTER cli_scripts EXCLUDE REGEX "/lib\\.sh$")
  foreach(script ${cli_scripts})
    get_filename_component(name ${script} NAME_WE)
    add_test(NAME cli.${name} COMMAND sh ${script} $<TARGET_FILE:alvor-cli>)
    set_tests_properties(cli.${name} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77)
  endforeach()
  set_tests_properties(cli.bench cli.lesson cli.reproduce PROPERTIES LABELS long)
endif()
