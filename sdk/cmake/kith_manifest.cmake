# cmake -DMANIFEST=<file> -DFILES=<library>;... [-DLOCK=<file>] -P kith_manifest.cmake
#
# Writes the SHA-256 of these libraries into the manifest of the build, in the format of sha256sum, in place of what it says of files of
# these names. Plugins are linked in parallel, hence the lock.
if(LOCK)
  file(LOCK ${LOCK} GUARD PROCESS TIMEOUT 60)
endif()
set(lines "")
if(EXISTS ${MANIFEST})
  file(STRINGS ${MANIFEST} lines)
endif()
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(SHA256 ${file} hash)
  string(REPLACE "." "\\." pattern ${name})
  list(FILTER lines EXCLUDE REGEX "  ${pattern}$")
  list(APPEND lines "${hash}  ${name}")
endforeach()
list(SORT lines)
list(JOIN lines "\n" text)
file(WRITE ${MANIFEST}.new "${text}\n")
file(RENAME ${MANIFEST}.new ${MANIFEST})
