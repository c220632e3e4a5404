# cmake --install: the library with its headers and a package for find_package(linnet), and the
# programs when they are built.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS linnet EXPORT linnetTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY engine/include/linnet DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(LINNET_BUILD_TOOLS)
  install(TARGETS linnet-convert linnet-detect linnet-bench DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/linnet)
install(EXPORT linnetTargets FILE linnetConfig.cmake NAMESPACE linnet:: DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/linnetConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/linnetConfigVersion.cmake DESTINATION ${package_folder})
