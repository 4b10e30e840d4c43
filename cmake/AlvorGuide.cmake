# The guide: `cmake --build build/release --target guide` runs its experiments with the command just
# built and writes the site to guide/site in the build directory (alvor guide copies it from there).
# No part of the plain build: its packages and experiments are fetched and run for it alone.
set(guide ${PROJECT_SOURCE_DIR}/web/guide)
set(ALVOR_GUIDE_DIR ${PROJECT_BINARY_DIR}/guide)
if(NOT NPM_PROGRAM OR NOT NODE_PROGRAM)
  add_custom_target(guide
    COMMAND ${CMAKE_COMMAND} -E echo "The guide needs node and npm (tools/setup.sh), and cmake --preset release after that."
    COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
  return()
endif()
file(MAKE_DIRECTORY ${ALVOR_GUIDE_DIR})

set(guide_stamp ${ALVOR_GUIDE_DIR}/packages.stamp)
add_custom_command(OUTPUT ${guide_stamp}
  COMMAND ${CMAKE_COMMAND} -E copy ${guide}/package.json ${guide}/package-lock.json ${ALVOR_GUIDE_DIR}
  COMMAND ${NPM_PROGRAM} ci --ignore-scripts --no-audit --no-fund --silent
  COMMAND ${CMAKE_COMMAND} -E touch ${guide_stamp}
  DEPENDS ${guide}/package.json ${guide}/package-lock.json
  WORKING_DIRECTORY ${ALVOR_GUIDE_DIR}
  COMMENT "Fetching the guide's packages (npm ci)" VERBATIM)

file(GLOB_RECURSE guide_sources CONFIGURE_DEPENDS ${guide}/*)
set(guide_site ${ALVOR_GUIDE_DIR}/site/index.html)
add_custom_command(OUTPUT ${guide_site}
  COMMAND ${NODE_PROGRAM} ${guide}/build.mjs ${ALVOR_GUIDE_DIR}/node_modules
          $<TARGET_FILE:alvor-cli> ${ALVOR_GUIDE_DIR} ${ALVOR_WEB_DIR}/playground.html
  DEPENDS ${guide_stamp} ${guide_sources} ${PROJECT_SOURCE_DIR}/docs/papers.bib
          ${PROJECT_SOURCE_DIR}/web/src/style/base.css alvor-cli ${playground_page}
  COMMENT "Measuring and writing the guide" VERBATIM USES_TERMINAL)
add_custom_target(guide DEPENDS ${guide_site})
