# make install: headers, libraries, pkg-config files, find_package(alvor), the command.
#
# The pkg-config files find their prefix from where they lie, so that `cmake --install --prefix`
# and a moved tree work.
include(CMakePackageConfigHelpers)

set(ALVOR_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/alvor)
set(ALVOR_PKGCONFIG_DIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH ALVOR_PREFIX_FROM_PC /prefix/${ALVOR_PKGCONFIG_DIR} /prefix)

install(DIRECTORY include/alvor DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS alvor EXPORT alvor-targets)
install(EXPORT alvor-targets NAMESPACE alvor:: DESTINATION ${ALVOR_CMAKE_DIR})
configure_file(cmake/alvor.pc.in alvor.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/alvor.pc DESTINATION ${ALVOR_PKGCONFIG_DIR})

if(TARGET alvor-lab)
  set_target_properties(alvor-lab PROPERTIES EXPORT_NAME lab)
  install(TARGETS alvor-lab EXPORT alvor-lab-targets)
  install(EXPORT alvor-lab-targets NAMESPACE alvor:: DESTINATION ${ALVOR_CMAKE_DIR})
  install(TARGETS alvor-cli)
  configure_file(cmake/alvor-lab.pc.in alvor-lab.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/alvor-lab.pc DESTINATION ${ALVOR_PKGCONFIG_DIR})
endif()

write_basic_package_version_file(${PROJECT_BINARY_DIR}/alvor-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES cmake/alvor-config.cmake ${PROJECT_BINARY_DIR}/alvor-config-version.cmake
        DESTINATION ${ALVOR_CMAKE_DIR})
