include(GNUInstallDirs)
install(TARGETS linnet EXPORT linnetTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY engine/include/linnet DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
