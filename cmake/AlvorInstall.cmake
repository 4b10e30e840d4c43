# make install: headers, libraries, alvor.pc, find_package(alvor), the command.
include(CMakePackageConfigHelpers)

install(TARGETS alvor EXPORT alvor-targets)
install(DIRECTORY include/alvor DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT alvor-targets NAMESPACE alvor:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/alvor)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/alvor-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
file(WRITE ${PROJECT_BINARY_DIR}/alvor-config.cmake
     "include(\"\${CMAKE_CURRENT_LIST_DIR}/alvor-targets.cmake\")\n")
install(FILES ${PROJECT_BINARY_DIR}/alvor-config.cmake
              ${PROJECT_BINARY_DIR}/alvor-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/alvor)
configure_file(cmake/alvor.pc.in alvor.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/alvor.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
if(TARGET alvor-cli)
  install(TARGETS alvor-cli)
endif()
