# libalvor-lab, the alvor command, and what they need from the distribution.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
# Debian's dnnl-config.cmake insists on OpenCL, which nothing here uses: find the library itself.
find_library(DNNL_LIBRARY dnnl REQUIRED)
find_path(DNNL_INCLUDE oneapi/dnnl/dnnl.h REQUIRED)
# oneDNN's own OpenMP runtime, only to hold its team to one thread. FindOpenMP would bring Clang's.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_LIBRARIES gomp)
check_c_source_compiles("void omp_set_num_threads(int n); int main(void) { omp_set_num_threads(1); }"
                        ALVOR_HAS_GOMP)
unset(CMAKE_REQUIRED_LIBRARIES)
if(NOT ALVOR_HAS_GOMP)
  message(FATAL_ERROR "libgomp, the OpenMP runtime that oneDNN uses, cannot be linked. It comes with "
                      "GCC (Debian: libgcc-12-dev or gcc). -DALVOR_BUILD_LAB=OFF builds the core alone.")
endif()
pkg_check_modules(LAB REQUIRED IMPORTED_TARGET jansson sqlite3 zlib libcyaml libprotobuf-c)
# Its header alone: the library is loaded when something is to be fetched (src/data/curl.h).
pkg_check_modules(CURL REQUIRED libcurl)

file(GLOB lab_sources CONFIGURE_DEPENDS
     src/team/*.c src/nn/*.c src/probe/*.c src/verdict/*.c src/data/*.c src/train/*.c src/formats/*.c src/formats/onnx/*.c
     src/lab/*.c src/reproduce/*.c src/lesson/*.c src/audit/*.c src/report/*.c)
if(NOT lab_sources)
  return()
endif()
alvor_library(alvor-lab ${lab_sources})
target_compile_definitions(alvor-lab-objects PRIVATE _GNU_SOURCE)
target_include_directories(alvor-lab-objects PRIVATE ${DNNL_INCLUDE} ${CURL_INCLUDE_DIRS})
set(lab_needs PkgConfig::LAB ${DNNL_LIBRARY} gomp Threads::Threads ${CMAKE_DL_LIBS} m)
target_link_libraries(alvor-lab-objects PRIVATE PkgConfig::LAB)
target_link_libraries(alvor-lab PUBLIC alvor PRIVATE ${lab_needs})
add_library(alvor::lab ALIAS alvor-lab)
if(TARGET alvor-lab-shared)
  # The lab uses the core's insides, which libalvor.so hides, so it carries the core within, hidden
  # too. Nothing that lab.h passes depends on which of the two copies made it.
  target_link_libraries(alvor-lab-shared PRIVATE alvor ${lab_needs} INTERFACE alvor-shared)
  target_link_options(alvor-lab-shared PRIVATE LINKER:--exclude-libs,libalvor.a)
endif()
include(AlvorOnnx)
alvor_onnx(alvor-lab-objects)
include(AlvorStyle)
if(EXISTS ${PROJECT_SOURCE_DIR}/cmake/AlvorWeb.cmake)
  include(AlvorWeb)
endif()

file(GLOB cli_sources CONFIGURE_DEPENDS src/cli/*.c)
if(NOT cli_sources MATCHES "cmd_")
  return()
endif()
# The verbs are compiled once: for the command, and for the program that writes its pages.
list(FILTER cli_sources EXCLUDE REGEX "/main\\.c$")
add_library(alvor-verbs OBJECT ${cli_sources})
add_executable(alvor-cli src/cli/main.c)
set_target_properties(alvor-cli PROPERTIES OUTPUT_NAME alvor)
add_executable(alvor-pages tools/pages/pages.c tools/pages/manual.c tools/pages/shells.c)
foreach(target alvor-verbs alvor-cli alvor-pages)
  alvor_flags(${target})
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE alvor-lab alvor PkgConfig::LAB Threads::Threads m)
endforeach()
target_sources(alvor-cli PRIVATE $<TARGET_OBJECTS:alvor-verbs>)
target_sources(alvor-pages PRIVATE $<TARGET_OBJECTS:alvor-verbs>)

# Manual pages and completions, from the tables of the verbs.
set(ALVOR_PAGES_DIR ${PROJECT_BINARY_DIR}/pages)
add_custom_command(OUTPUT ${ALVOR_PAGES_DIR}/alvor.fish
  COMMAND alvor-pages ${ALVOR_PAGES_DIR}
  DEPENDS alvor-pages COMMENT "Writing manual pages and completions" VERBATIM)
add_custom_target(pages ALL DEPENDS ${ALVOR_PAGES_DIR}/alvor.fish)

include(AlvorGuide)
