# cmake -DFILE=<library> -DOBJECTS=<object>|<object>... -DREADELF=<readelf> -P kith_check_exports.cmake
# Rule L2: fails if the library exports another symbol than `kith_plugin_entry`, or contains a symbol that is unique in the process, or if
# one of its objects exports another symbol, which only the version script hides.
cmake_minimum_required(VERSION 3.25)
if(NOT READELF)
  set(READELF readelf)
endif()

# The exported symbols in a table of readelf, as `name (type bind)`.
function(read_symbols file which out)
  execute_process(COMMAND ${READELF} ${which} --wide ${file} OUTPUT_VARIABLE table ERROR_VARIABLE trouble RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${file}: its symbols cannot be read: ${trouble}")
  endif()
  string(REPLACE ";" "," table "${table}")
  string(REPLACE "\n" ";" lines "${table}")
  set(found "")
  foreach(line IN LISTS lines)
    # Num: Value Size Type Bind Vis Ndx Name
    if(NOT line MATCHES "^ +[0-9]+: +[0-9a-f]+ +[0-9a-fx]+ +([A-Z_]+) +([A-Z]+) +([A-Z]+) +([0-9A-Z]+) +([^ ]+)")
      continue()
    endif()
    if(CMAKE_MATCH_3 STREQUAL "DEFAULT" AND NOT CMAKE_MATCH_4 STREQUAL "UND" AND NOT CMAKE_MATCH_2 STREQUAL "LOCAL")
      list(APPEND found "${CMAKE_MATCH_5} (${CMAKE_MATCH_1} ${CMAKE_MATCH_2})")
    endif()
  endforeach()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

function(refuse others)
  list(LENGTH others count)
  list(SUBLIST others 0 10 shown)
  list(JOIN shown "\n  " shown)
  message(FATAL_ERROR "${FILE}: rule L2: beside `kith_plugin_entry` it exports (${count} in all, the first of them):\n  ${shown}\n"
    "A plugin shows one symbol only. Take the export attribute away, or make the function static.")
endfunction()

set(entry "kith_plugin_entry (OBJECT GLOBAL)")
read_symbols(${FILE} --dyn-syms exported)
if(NOT entry IN_LIST exported)
  message(FATAL_ERROR "${FILE}: rule L2: it does not export the data symbol `kith_plugin_entry`.\n"
    "A plugin ends with KITH_PLUGIN(<class>) in C++, or defines `const kith_entry kith_plugin_entry` in C.")
endif()
list(REMOVE_ITEM exported "${entry}")
if(exported)
  refuse("${exported}")
endif()

# Templates of the standard library are weak and visible in every object; a visible symbol that is not weak was declared so.
string(REPLACE "|" ";" OBJECTS "${OBJECTS}")
foreach(object IN LISTS OBJECTS)
  read_symbols(${object} --syms wanted)
  list(FILTER wanted EXCLUDE REGEX " WEAK\\)$| UNIQUE\\)$")
  list(REMOVE_ITEM wanted "${entry}")
  if(wanted)
    refuse("${wanted}")
  endif()
endforeach()
