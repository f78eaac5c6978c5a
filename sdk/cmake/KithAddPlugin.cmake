# kith_add_plugin(<name> <source>... [LIBS <library>...])
#
# A plugin library `lib<name>.so` that exports only `kith_plugin_entry` (rule L2); another exported symbol fails the build. LIBS are linked
# privately. First-party plugins are built into <build>/plugins, other plugins into their current binary directory; `cmake --install` copies
# them to the plugins directory of an installed kith.
#
# The target `<name>_static` is a static library of the same sources for sanitizers and simulation, which is built only if it is linked. Its
# entry is `kith_plugin_entry_<name>`.
include_guard(GLOBAL)
set(KITH_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})

function(kith_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  set(sources ${arg_UNPARSED_ARGUMENTS} ${arg_SOURCES})
  if(NOT sources)
    message(FATAL_ERROR "kith_add_plugin(${name}): no sources were given")
  endif()

  add_library(${name} MODULE ${sources})
  _kith_plugin_common(${name} "${arg_LIBS}")
  target_link_options(${name} PRIVATE
    -Wl,--version-script=${KITH_CMAKE_DIR}/kith_plugin.map -Wl,-z,now -Wl,-z,relro -Wl,--gc-sections -Wl,--as-needed)
  set(objects "$<JOIN:$<TARGET_OBJECTS:${name}>,|>")
  if("${KITH_SANITIZE} ${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "address|thread|undefined|memory|-fsanitize")
    set(objects "") # full of the sanitizer's own symbols
  else()
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${KITH_CMAKE_DIR}/kith_plugin.map)
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -DFILE=$<TARGET_FILE:${name}> "-DOBJECTS=${objects}" -DREADELF=${CMAKE_READELF}
            -P ${KITH_CMAKE_DIR}/kith_check_exports.cmake
    VERBATIM)

  # It uses the objects of the module, compiled once; only the name of the entry (and the symbols that a sanitizer derives from it) differs.
  add_library(${name}_static STATIC EXCLUDE_FROM_ALL $<TARGET_OBJECTS:${name}>)
  target_link_libraries(${name}_static PRIVATE kith::sdk ${arg_LIBS})
  set_target_properties(${name}_static PROPERTIES LINKER_LANGUAGE CXX)
  set(renamed "")
  foreach(prefix IN ITEMS "" __odr_asan. __odr_asan_gen_)
    list(APPEND renamed --redefine-sym ${prefix}kith_plugin_entry=${prefix}kith_plugin_entry_${name})
  endforeach()
  add_custom_command(TARGET ${name}_static POST_BUILD COMMAND ${CMAKE_OBJCOPY} ${renamed} $<TARGET_FILE:${name}_static> VERBATIM)

  if(DEFINED kith_SOURCE_DIR AND CMAKE_CURRENT_SOURCE_DIR MATCHES "^${kith_SOURCE_DIR}/plugins/")
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${kith_BINARY_DIR}/plugins)
    add_dependencies(kith_plugins ${name})
    # The manifest of the build, by which first-party plugins are distinguished from others.
    add_custom_command(TARGET ${name} POST_BUILD
      COMMAND ${CMAKE_COMMAND} -DMANIFEST=${kith_BINARY_DIR}/plugins.sha256 -DLOCK=${kith_BINARY_DIR}/plugins.sha256.lock
              -DFILES=$<TARGET_FILE:${name}> -P ${KITH_CMAKE_DIR}/kith_manifest.cmake
      VERBATIM)
    set_property(GLOBAL APPEND PROPERTY kith_first_party $<TARGET_FILE_NAME:${name}>)
    install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/kith/plugins COMPONENT plugins)
  else()
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
    if(NOT DEFINED kith_SOURCE_DIR)
      install(TARGETS ${name} LIBRARY DESTINATION ${KITH_PLUGIN_DIR} COMPONENT plugins)
    endif()
  endif()
endfunction()

# Compiler options of a plugin.
function(_kith_plugin_common target libs)
  target_link_libraries(${target} PRIVATE kith::sdk ${libs})
  set_target_properties(${target} PROPERTIES
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON CXX_STANDARD_REQUIRED ON)
  get_target_property(standard ${target} CXX_STANDARD)
  if(NOT standard)
    set_target_properties(${target} PROPERTIES CXX_STANDARD 20)
  endif()
  # Plugins use little CPU, and each has private pages in memory: -O2 is smaller than -O3.
  target_compile_options(${target} PRIVATE
    $<$<CONFIG:Release>:-O2> -ffunction-sections -fdata-sections $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  if(COMMAND kith_warnings)
    kith_warnings(${target})
    kith_static_runtime(${target})
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Os>) # what computes is in libraries of its own
    kith_unity(${target} BATCH 4)
  endif()
endfunction()
