# The report's page in a real browser: needs the distribution's Chromium, and says so when it skips.
if(TARGET alvor-cli AND NODE_PROGRAM)
  find_package(Python3 COMPONENTS Interpreter)
  find_program(CHROMIUM_PROGRAM NAMES chromium chromium-browser google-chrome)
  add_test(NAME web.languages
           COMMAND ${NODE_PROGRAM} ${CMAKE_CURRENT_SOURCE_DIR}/web/test_languages.mjs)
  add_test(NAME web.page
           COMMAND ${NODE_PROGRAM} ${CMAKE_CURRENT_SOURCE_DIR}/web/test_page.mjs
                   ${ALVOR_WEB_DIR}/node_modules $<TARGET_FILE:alvor-cli>
                   "${Python3_EXECUTABLE}" "${CHROMIUM_PROGRAM}")
  add_test(NAME web.reproduce
           COMMAND ${NODE_PROGRAM} ${CMAKE_CURRENT_SOURCE_DIR}/web/test_reproduce.mjs
                   ${ALVOR_WEB_DIR}/node_modules $<TARGET_FILE:alvor-cli> "${CHROMIUM_PROGRAM}")
  add_test(NAME web.audit
           COMMAND ${NODE_PROGRAM} ${CMAKE_CURRENT_SOURCE_DIR}/web/test_audit.mjs
                   ${ALVOR_WEB_DIR}/node_modules $<TARGET_FILE:alvor-cli> "${CHROMIUM_PROGRAM}")
  add_test(NAME web.errors
           COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/web/test_errors.sh
                   $<TARGET_FILE:alvor-cli> "${Python3_EXECUTABLE}")
  set_tests_properties(web.languages web.page web.reproduce web.audit web.errors PROPERTIES SKIP_RETURN_CODE 77
                       TIMEOUT 600)
  set_tests_properties(web.page web.reproduce web.audit PROPERTIES LABELS long)
  if(TARGET playground AND Python3_EXECUTABLE)
    add_test(NAME web.engine
             COMMAND ${NODE_PROGRAM} ${CMAKE_CURRENT_SOURCE_DIR}/web/test_engine.mjs
                     ${ALVOR_WEB_DIR}/wasm/playground.wasm $<TARGET_FILE:alvor-cli>
                     "${Python3_EXECUTABLE}")
    add_test(NAME web.playground
             COMMAND ${NODE_PROGRAM} ${CMAKE_CURRENT_SOURCE_DIR}/web/test_playground.mjs
                     ${ALVOR_WEB_DIR}/node_modules ${ALVOR_WEB_DIR}/playground.html
                     $<TARGET_FILE:alvor-cli> "${Python3_EXECUTABLE}" "${CHROMIUM_PROGRAM}")
    add_test(NAME web.playground_languages
             COMMAND ${NODE_PROGRAM} ${CMAKE_CURRENT_SOURCE_DIR}/web/test_languages.mjs playground)
    set_tests_properties(web.engine web.playground PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600
                         LABELS long)
  endif()
endif()

# The guide: its sources always; built (a minute or two of experiments, kept by the program's digest)
# and looked at in the browser where node and Chromium are.
if(NODE_PROGRAM AND NPM_PROGRAM)
  set(guide_tests ${CMAKE_CURRENT_SOURCE_DIR}/web)
  add_test(NAME web.guide_sources
           COMMAND ${NODE_PROGRAM} ${guide_tests}/test_guide_sources.mjs ${PROJECT_SOURCE_DIR}/web/guide)
  add_test(NAME web.page.guide_build
           COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target guide)
  add_test(NAME web.page.guide
           COMMAND ${NODE_PROGRAM} ${guide_tests}/test_guide.mjs ${ALVOR_GUIDE_DIR}
                   ${ALVOR_WEB_DIR}/node_modules "${CHROMIUM_PROGRAM}")
  set_tests_properties(web.page.guide_build PROPERTIES FIXTURES_SETUP guide TIMEOUT 600 PROCESSORS 2
                       LABELS host)
  set_tests_properties(web.page.guide PROPERTIES FIXTURES_REQUIRED guide SKIP_RETURN_CODE 77
                       TIMEOUT 600 LABELS host)
endif()
