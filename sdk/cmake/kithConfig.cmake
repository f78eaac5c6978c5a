# find_package(kith): the target kith::sdk and the function kith_add_plugin().
include(${CMAKE_CURRENT_LIST_DIR}/kithTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/KithAddPlugin.cmake)
