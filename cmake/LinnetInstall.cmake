# cmake --install: the library with its headers, a package for find_package(linnet) and a file for
# pkg-config (component linnet_development), and the programs when they are built (component
# linnet_programs). The installed folder may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS linnet EXPORT linnetTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        COMPONENT linnet_development)
install(DIRECTORY engine/include/linnet DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        COMPONENT linnet_development)
if(LINNET_BUILD_TOOLS)
  install(TARGETS linnet-convert linnet-detect linnet-bench DESTINATION ${CMAKE_INSTALL_BINDIR}
          COMPONENT linnet_programs)
endif()

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/linnet)
install(EXPORT linnetTargets FILE linnetConfig.cmake NAMESPACE linnet:: DESTINATION ${package_folder}
        COMPONENT linnet_development)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/linnetConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/linnetConfigVersion.cmake DESTINATION ${package_folder}
        COMPONENT linnet_development)

set(pc_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(pc_prefix ${CMAKE_INSTALL_PREFIX})
  set(pc_libdir ${CMAKE_INSTALL_FULL_LIBDIR})
  set(pc_includedir ${CMAKE_INSTALL_FULL_INCLUDEDIR})
else()
  file(RELATIVE_PATH up /${pc_folder} /)
  string(REGEX REPLACE "/$" "" up ${up})
  set(pc_prefix "\${pcfiledir}/${up}")
  set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/linnet.pc.in ${PROJECT_BINARY_DIR}/linnet.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/linnet.pc DESTINATION ${pc_folder}
        COMPONENT linnet_development)
