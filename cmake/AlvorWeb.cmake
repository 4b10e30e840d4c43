# The report's page: npm fetches the pinned packages once, esbuild bundles web/src, and the whole
# page becomes one generated C file. Nothing is written into the source tree.
#
# A machine without npm can link a page that was bundled elsewhere: -DALVOR_REPORT_PAGE=page.c.
set(ALVOR_REPORT_PAGE "" CACHE FILEPATH "A page.c bundled by another build (then npm is not used)")
set(ALVOR_WEB_DIR ${PROJECT_BINARY_DIR}/web)
set(web ${PROJECT_SOURCE_DIR}/web)

if(ALVOR_REPORT_PAGE)
  target_sources(alvor-lab-objects PRIVATE ${ALVOR_REPORT_PAGE})
  return()
endif()

find_program(NPM_PROGRAM npm)
find_program(NODE_PROGRAM NAMES node nodejs)
if(NOT NPM_PROGRAM OR NOT NODE_PROGRAM)
  message(FATAL_ERROR "The report's page is bundled with node and npm, and they were not found.\n"
    "Install them (Debian: apt-get install nodejs npm), or give a page that was bundled elsewhere: "
    "-DALVOR_REPORT_PAGE=/path/to/page.c")
endif()

# npm ci checks every package against package-lock.json; install scripts are not needed and not run.
set(npm_stamp ${ALVOR_WEB_DIR}/packages.stamp)
add_custom_command(OUTPUT ${npm_stamp}
  COMMAND ${CMAKE_COMMAND} -E copy ${web}/package.json ${web}/package-lock.json ${ALVOR_WEB_DIR}
  COMMAND ${NPM_PROGRAM} ci --ignore-scripts --no-audit --no-fund --silent
  COMMAND ${CMAKE_COMMAND} -E touch ${npm_stamp}
  DEPENDS ${web}/package.json ${web}/package-lock.json
  WORKING_DIRECTORY ${ALVOR_WEB_DIR}
  COMMENT "Fetching the report's packages (npm ci)" VERBATIM)
file(MAKE_DIRECTORY ${ALVOR_WEB_DIR})

file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${web}/src/* ${web}/common/*)
list(APPEND web_sources ${web}/bundle.mjs)
set(page ${ALVOR_WEB_DIR}/page.c)
add_custom_command(OUTPUT ${page}
  COMMAND ${NODE_PROGRAM} ${web}/build.mjs ${ALVOR_WEB_DIR}/node_modules ${page}
  DEPENDS ${npm_stamp} ${web}/build.mjs ${web_sources}
  COMMENT "Bundling the report's page" VERBATIM)
target_sources(alvor-lab-objects PRIVATE ${page})

# The playground, one HTML file: the engine for the browser, which plain Clang and lld compile, and the
# page around it. Without them there is no target `playground`, and nothing else misses it. A build
# with tests makes it with everything.
find_program(CLANG_PROGRAM clang)
file(GLOB wasm_linkers /usr/bin/wasm-ld*)
find_program(WASM_LD_PROGRAM NAMES wasm-ld ${wasm_linkers})
if(CLANG_PROGRAM AND WASM_LD_PROGRAM)
  file(GLOB_RECURSE wasm_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.[ch]
       ${PROJECT_SOURCE_DIR}/src/*.inc ${web}/wasm/*.[ch])
  set(playground_module ${ALVOR_WEB_DIR}/wasm/playground.wasm)
  add_custom_command(OUTPUT ${playground_module}
    COMMAND ${PROJECT_SOURCE_DIR}/tools/build-wasm.sh ${ALVOR_WEB_DIR}/wasm playground
    DEPENDS ${PROJECT_SOURCE_DIR}/tools/build-wasm.sh ${wasm_sources}
    COMMENT "Compiling the engine for the browser" VERBATIM)
  file(GLOB_RECURSE playground_sources CONFIGURE_DEPENDS ${web}/playground/*)
  set(playground_page ${ALVOR_WEB_DIR}/playground.html)
  add_custom_command(OUTPUT ${playground_page}
    COMMAND ${NODE_PROGRAM} ${web}/playground/build.mjs ${ALVOR_WEB_DIR}/node_modules
            ${playground_module} ${playground_page}
    DEPENDS ${npm_stamp} ${playground_module} ${playground_sources} ${web_sources}
    COMMENT "Bundling the playground" VERBATIM)
  if(ALVOR_BUILD_TESTS)
    set(with_all ALL)
  endif()
  add_custom_target(playground ${with_all} DEPENDS ${playground_page})
endif()
