# find_package(alvor) gives alvor::alvor; find_package(alvor COMPONENTS lab) also alvor::lab.
include("${CMAKE_CURRENT_LIST_DIR}/alvor-targets.cmake")

if("lab" IN_LIST alvor_FIND_COMPONENTS)
  include(CMakeFindDependencyMacro)
  find_dependency(PkgConfig)
  find_dependency(Threads)
  pkg_check_modules(LAB REQUIRED IMPORTED_TARGET jansson sqlite3 zlib libcurl)
  include("${CMAKE_CURRENT_LIST_DIR}/alvor-lab-targets.cmake" OPTIONAL RESULT_VARIABLE alvor_lab_FOUND)
endif()
