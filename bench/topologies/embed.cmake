# Writes OUTPUT, a C++ file with the bytes of every .topology file of this folder.
#   cmake -DOUTPUT=<file> -P embed.cmake
set(arrays "")
set(rows "")
foreach(name v5lite-e v5lite-e-int8 v5lite-s v5lite-s-int8 v5lite-c v5lite-g v5lite-g-int8)
  file(READ ${CMAKE_CURRENT_LIST_DIR}/${name}.topology hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REPLACE "-" "_" symbol ${name})
  string(APPEND arrays "alignas(64) constexpr uint8_t k_${symbol}[] = {${bytes}};\n")
  string(APPEND rows "    {\"${name}\", k_${symbol}, sizeof k_${symbol}},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"bench/topologies/topologies.h\"\n\nnamespace linnet::bench {\nnamespace {\n"
  "${arrays}constexpr Topology kTopologies[] = {\n${rows}};\n}  // namespace\n\n"
  "std::span<const Topology> topologies() {\n  return kTopologies;\n}\n\n}  // namespace linnet::bench\n")
