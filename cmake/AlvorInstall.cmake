# make install: headers, both kinds of library, pkg-config files, find_package(alvor), the command.
#
# The pkg-config files find their prefix from where they lie, so that `cmake --install --prefix`
# and a moved tree work. NAME.pc means the shared library where there is one, NAME-static.pc the
# static one whatever else is installed.
include(CMakePackageConfigHelpers)

set(ALVOR_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/alvor)
set(ALVOR_PKGCONFIG_DIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH ALVOR_PREFIX_FROM_PC /prefix/${ALVOR_PKGCONFIG_DIR} /prefix)

# The file PC of pkg-config, with these libraries and needed packages.
function(alvor_install_pc pc libs requires)
  set(PC_NAME ${pc})
  set(PC_LIBS ${libs})
  set(PC_REQUIRES ${requires})
  configure_file(cmake/alvor.pc.in ${pc}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${pc}.pc DESTINATION ${ALVOR_PKGCONFIG_DIR})
endfunction()

# A library as alvor::KIND.
function(alvor_install_library target kind)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${kind})
  install(TARGETS ${target} EXPORT alvor-${kind}-targets)
  install(EXPORT alvor-${kind}-targets NAMESPACE alvor:: DESTINATION ${ALVOR_CMAKE_DIR})
endfunction()

install(DIRECTORY include/alvor DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
set(archive "\${libdir}/${CMAKE_STATIC_LIBRARY_PREFIX}")
set(core_archive "${archive}alvor${CMAKE_STATIC_LIBRARY_SUFFIX}")
set(lab_archive "${archive}alvor-lab${CMAKE_STATIC_LIBRARY_SUFFIX} -ldnnl -lgomp -pthread -ldl -lm")
set(lab_packages "jansson sqlite3 zlib libcyaml libprotobuf-c")

alvor_install_library(alvor static)
alvor_install_pc(alvor-static "${core_archive}" "")
if(TARGET alvor-shared)
  alvor_install_library(alvor-shared shared)
  alvor_install_pc(alvor "-L\${libdir} -lalvor" "")
else()
  alvor_install_pc(alvor "${core_archive}" "")
endif()
if(TARGET alvor-lab)
  install(TARGETS alvor-cli)
  install(DIRECTORY ${ALVOR_PAGES_DIR}/man1 ${ALVOR_PAGES_DIR}/pt_BR
          DESTINATION ${CMAKE_INSTALL_MANDIR})
  install(FILES ${ALVOR_PAGES_DIR}/alvor.bash RENAME alvor
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${ALVOR_PAGES_DIR}/_alvor
          DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${ALVOR_PAGES_DIR}/alvor.fish
          DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
  install(DIRECTORY ${PROJECT_BINARY_DIR}/guide/site/ OPTIONAL # where it was built
          DESTINATION ${CMAKE_INSTALL_DATADIR}/alvor/guide)
  alvor_install_library(alvor-lab lab-static)
  alvor_install_pc(alvor-lab-static "${lab_archive}" "alvor-static ${lab_packages}")
  if(TARGET alvor-lab-shared)
    alvor_install_library(alvor-lab-shared lab-shared)
    alvor_install_pc(alvor-lab "-L\${libdir} -lalvor-lab" "alvor")
  else()
    alvor_install_pc(alvor-lab "${lab_archive}" "alvor ${lab_packages}")
  endif()
endif()

write_basic_package_version_file(${PROJECT_BINARY_DIR}/alvor-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES cmake/alvor-config.cmake ${PROJECT_BINARY_DIR}/alvor-config-version.cmake
        DESTINATION ${ALVOR_CMAKE_DIR})
