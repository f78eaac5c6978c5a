# kith_add_plugin(NAME SOURCES...): a plugin library `lib<NAME>.so` with one exported symbol.
set(KITH_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})
function(kith_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE kith::sdk)
  kith_warnings(${name})
  set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/plugins)
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_link_options(${name} PRIVATE -Wl,--version-script=${KITH_CMAKE_DIR}/kith_plugin.map -Wl,-z,defs,-z,now,-z,relro)
endfunction()
