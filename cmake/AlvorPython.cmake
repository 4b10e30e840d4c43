# The Python package: a wheel with libalvor.so, a .pyi, and libalvor-lab.so where it can be built.
#
# scikit-build-core runs this (pyproject.toml) and packs what the component `python` installs.
find_package(Python3 3.8 REQUIRED COMPONENTS Interpreter)

# A machine without the lab's needs still gets a wheel: of the core alone.
function(alvor_python_lab result)
  find_package(PkgConfig QUIET)
  find_library(DNNL_LIBRARY dnnl)
  find_program(NPM_PROGRAM npm)
  set(${result} OFF PARENT_SCOPE)
  if(NOT PKG_CONFIG_FOUND OR NOT DNNL_LIBRARY OR NOT (NPM_PROGRAM OR ALVOR_REPORT_PAGE))
    return()
  endif()
  pkg_check_modules(LAB QUIET jansson sqlite3 zlib libcurl libcyaml)
  set(${result} ${LAB_FOUND} PARENT_SCOPE)
  unset(LAB_FOUND CACHE)
endfunction()

# A library as alvor/libalvor*.so of the wheel: one file, for a wheel holds no links.
function(alvor_python_library target)
  install(FILES $<TARGET_FILE:${target}> DESTINATION alvor COMPONENT python
          RENAME lib$<TARGET_PROPERTY:${target},OUTPUT_NAME>.so)
  add_dependencies(alvor-python ${target})
endfunction()

function(alvor_python)
  set(package ${PROJECT_SOURCE_DIR}/bindings/python)
  set(stubs ${PROJECT_BINARY_DIR}/python/__init__.pyi)
  file(GLOB sources CONFIGURE_DEPENDS ${package}/alvor/*.py)
  add_custom_command(OUTPUT ${stubs}
    COMMAND ${CMAKE_COMMAND} -E env ALVOR_LIBRARY_DIR=$<TARGET_FILE_DIR:alvor-shared>
            ${Python3_EXECUTABLE} ${package}/stubs.py ${stubs}
    DEPENDS alvor-shared ${package}/stubs.py ${sources}
    COMMENT "Writing the types of the Python package" VERBATIM)
  add_custom_target(alvor-python DEPENDS ${stubs})
  install(FILES ${stubs} DESTINATION alvor COMPONENT python)
  alvor_python_library(alvor-shared)
  if(TARGET alvor-lab-shared)
    alvor_python_library(alvor-lab-shared)
  else()
    message(STATUS "The Python package comes without the lab (alvor.compare)")
  endif()
endfunction()
