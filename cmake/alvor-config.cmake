# find_package(alvor) gives alvor::alvor; find_package(alvor COMPONENTS lab) also alvor::lab.
#
# Both mean the shared library where it is installed, unless the static one is asked for by
# find_package(alvor COMPONENTS static) or by BUILD_SHARED_LIBS=OFF. alvor::shared and alvor::static
# name one kind outright, as do alvor::lab-shared and alvor::lab-static.
set(alvor_kind shared)
if("static" IN_LIST alvor_FIND_COMPONENTS OR (DEFINED BUILD_SHARED_LIBS AND NOT BUILD_SHARED_LIBS)
   OR NOT EXISTS "${CMAKE_CURRENT_LIST_DIR}/alvor-shared-targets.cmake")
  set(alvor_kind static)
endif()

include("${CMAKE_CURRENT_LIST_DIR}/alvor-static-targets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/alvor-shared-targets.cmake" OPTIONAL
        RESULT_VARIABLE alvor_shared_FOUND)
set(alvor_static_FOUND TRUE)
if(NOT TARGET alvor::alvor)
  add_library(alvor::alvor ALIAS alvor::${alvor_kind})
endif()

if("lab" IN_LIST alvor_FIND_COMPONENTS)
  if(alvor_kind STREQUAL static) # whoever links an archive links all that it needs
    include(CMakeFindDependencyMacro)
    find_dependency(PkgConfig)
    find_dependency(Threads)
    pkg_check_modules(LAB REQUIRED IMPORTED_TARGET jansson sqlite3 zlib libcyaml libprotobuf-c)
  endif()
  include("${CMAKE_CURRENT_LIST_DIR}/alvor-lab-${alvor_kind}-targets.cmake" OPTIONAL
          RESULT_VARIABLE alvor_lab_FOUND)
  if(alvor_lab_FOUND AND NOT TARGET alvor::lab)
    add_library(alvor::lab ALIAS alvor::lab-${alvor_kind})
  endif()
endif()

foreach(component ${alvor_FIND_COMPONENTS})
  if(alvor_FIND_REQUIRED_${component} AND NOT alvor_${component}_FOUND)
    set(alvor_FOUND FALSE)
    set(alvor_NOT_FOUND_MESSAGE "alvor was installed without its component '${component}'")
  endif()
endforeach()
