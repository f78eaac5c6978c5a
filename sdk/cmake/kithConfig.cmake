# find_package(kith):
#   kith_add_plugin()   a function that builds a plugin (KithAddPlugin.cmake)
#   kith::sdk           the headers
#   kith::testkit       the simulated world; nothing else is needed to link with it
#   kith::check_plugin  the program kith-check-plugin
include(${CMAKE_CURRENT_LIST_DIR}/kithTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/KithAddPlugin.cmake)
