#include "stack/wire/messages/algorithms.h"

namespace assay::wire {

namespace {

constexpr Bits kBaseAsym[] = {
    {0, 1, "RSASSA_2048"},
    {1, 1, "RSAPSS_2048"},
    {2, 1, "RSASSA_3072"},
    {3, 1, "RSAPSS_3072"},
    {4, 1, "ECDSA_P256"},
    {5, 1, "RSASSA_4096"},
    {6, 1, "RSAPSS_4096"},
    {7, 1, "ECDSA_P384"},
    {8, 1, "ECDSA_P521"},
    {9, 1, "SM2_P256", Version::v1_2},
    {10, 1, "EdDSA_Ed25519", Version::v1_2},
    {11, 1, "EdDSA_Ed448", Version::v1_2},
};
constexpr Bits kBaseHash[] = {
    {0, 1, "SHA_256"},
    {1, 1, "SHA_384"},
    {2, 1, "SHA_512"},
    {3, 1, "SHA3_256"},
    {4, 1, "SHA3_384"},
    {5, 1, "SHA3_512"},
    {6, 1, "SM3_256", Version::v1_2},
};
constexpr Bits kMeasurementHash[] = {
    {0, 1, "raw_bit_stream"}, {1, 1, "SHA_256"},  {2, 1, "SHA_384"},  {3, 1, "SHA_512"},
    {4, 1, "SHA3_256"},       {5, 1, "SHA3_384"}, {6, 1, "SHA3_512"}, {7, 1, "SM3_256", Version::v1_2},
};
constexpr Bits kDhe[] = {
    {0, 1, "ffdhe2048"},
    {1, 1, "ffdhe3072"},
    {2, 1, "ffdhe4096"},
    {3, 1, "secp256r1"},
    {4, 1, "secp384r1"},
    {5, 1, "secp521r1"},
    {6, 1, "SM2_P256", Version::v1_2},
};
constexpr Bits kAead[] = {
    {0, 1, "AES_128_GCM"},
    {1, 1, "AES_256_GCM"},
    {2, 1, "CHACHA20_POLY1305"},
    {3, 1, "AEAD_SM4_GCM", Version::v1_2},
};
constexpr Bits kKeySchedule[] = {{0, 1, "SPDM"}};
constexpr Bits kPqcAsym[] = {
    {0, 1, "ML_DSA_44"},           {1, 1, "ML_DSA_65"},           {2, 1, "ML_DSA_87"},
    {3, 1, "SLH_DSA_SHA2_128s"},   {4, 1, "SLH_DSA_SHAKE_128s"},  {5, 1, "SLH_DSA_SHA2_128f"},
    {6, 1, "SLH_DSA_SHAKE_128f"},  {7, 1, "SLH_DSA_SHA2_192s"},   {8, 1, "SLH_DSA_SHAKE_192s"},
    {9, 1, "SLH_DSA_SHA2_192f"},   {10, 1, "SLH_DSA_SHAKE_192f"}, {11, 1, "SLH_DSA_SHA2_256s"},
    {12, 1, "SLH_DSA_SHAKE_256s"}, {13, 1, "SLH_DSA_SHA2_256f"},  {14, 1, "SLH_DSA_SHAKE_256f"},
};
constexpr Bits kKem[] = {{0, 1, "ML_KEM_512"}, {1, 1, "ML_KEM_768"}, {2, 1, "ML_KEM_1024"}};
constexpr Bits kPqcField[] = {{0, 15, "PqcAsymAlgo", Version::v1_4}};
constexpr Bits kMeasurementSpec[] = {{0, 1, "DMTFmeasSpec"}};
constexpr Bits kMelSpec[] = {{0, 1, "DMTFmelSpec", Version::v1_3}};
constexpr Bits kRequestParams[] = {{0, 1, "OpaqueDataFmt0", Version::v1_2},
                                   {1, 1, "OpaqueDataFmt1", Version::v1_2},
                                   {4, 1, "ResponderMultiKeyConn", Version::v1_3}};
constexpr Bits kResponseParams[] = {{0, 1, "OpaqueDataFmt0", Version::v1_2},
                                    {1, 1, "OpaqueDataFmt1", Version::v1_2},
                                    {4, 1, "RequesterMultiKeyConnSel", Version::v1_3}};
constexpr ValueName kAlgTypes[] = {{alg_type::dhe, "DHE", Version::v1_1},
                                   {alg_type::aead_cipher_suite, "AEADCipherSuite", Version::v1_1},
                                   {alg_type::req_base_asym_alg, "ReqBaseAsymAlg", Version::v1_1},
                                   {alg_type::key_schedule, "KeySchedule", Version::v1_1},
                                   {alg_type::req_pqc_asym_alg, "ReqPqcAsymAlg", Version::v1_4},
                                   {alg_type::kem_alg, "KEMAlg", Version::v1_4}};
constexpr Bits kAlgCount[] = {{4, 4, "FixedAlgCount"}, {0, 4, "ExtAlgCount"}};

uint32_t known(std::span<const Bits> bits, Version version) {
    return static_cast<uint32_t>(~reserved_bits(flags("", bits), 4, version));
}

Field ext_count(std::string_view name, std::string_view counts) {
    return {.name = name, .kind = FieldKind::count, .counts = counts};
}

void extended(Visitor& v, std::string_view name, std::vector<ExtendedAlgorithm>& list) {
    v.list(name, list, [](Visitor& w, ExtendedAlgorithm& item) { item.describe(w); });
}

void alg_structs_list(Visitor& v, std::string_view name, uint8_t param1, std::vector<AlgStruct>& structs) {
    if (!v.at_least(Version::v1_1)) return;
    v.resize(structs, param1);
    v.list(name, structs, [](Visitor& w, AlgStruct& item) { item.describe(w); });
}

Field struct_count(Visitor& v, std::string_view counts) {
    // Before 1.1 there are no algorithm structures and Param1 is reserved.
    if (!v.at_least(Version::v1_1)) return reserved_field("Param1");
    return {.name = "Param1", .kind = FieldKind::count, .counts = counts};
}

// What NEGOTIATE_ALGORITHMS offers, and CAPABILITIES says beforehand in SupportedAlgorithms.
template <class M>
void offered(Visitor& v, M& m) {
    v.u8(flags("MeasurementSpecification", kMeasurementSpec), m.measurement_specification);
    v.u8(flags("OtherParamsSupport", kRequestParams), m.other_params_support);
    v.u32(flags("BaseAsymAlgo", kBaseAsym), m.base_asym_algo);
    v.u32(flags("BaseHashAlgo", kBaseHash), m.base_hash_algo);
    v.u32(flags("PqcAsymAlgo", kPqcField), m.pqc_asym_algo);
    v.array(reserved_field(), m.reserved);
    v.count(ext_count("ExtAsymCount", "ExtAsym"), 1, m.ext_asym, 4);
    v.count(ext_count("ExtHashCount", "ExtHash"), 1, m.ext_hash, 4);
    v.u8(reserved_field(), m.reserved2);
    v.u8(flags("MELspecification", kMelSpec), m.mel_specification);
    extended(v, "ExtAsym", m.ext_asym);
    extended(v, "ExtHash", m.ext_hash);
}

}  // namespace

uint32_t known_base_asym(Version version) { return known(kBaseAsym, version); }
uint32_t known_base_hash(Version version) { return known(kBaseHash, version); }
uint32_t known_measurement_hash(Version version) { return known(kMeasurementHash, version); }
uint16_t known_algorithms(uint8_t type, Version version) {
    return static_cast<uint16_t>(known(algorithm_bits(type), version));
}

std::span<const Bits> base_asym_bits() { return kBaseAsym; }
std::span<const Bits> base_hash_bits() { return kBaseHash; }
std::span<const Bits> measurement_hash_bits() { return kMeasurementHash; }
std::span<const Bits> algorithm_bits(uint8_t type) {
    switch (type) {
        case alg_type::dhe: return kDhe;
        case alg_type::aead_cipher_suite: return kAead;
        case alg_type::req_base_asym_alg: return kBaseAsym;
        case alg_type::key_schedule: return kKeySchedule;
        case alg_type::req_pqc_asym_alg: return kPqcAsym;
        case alg_type::kem_alg: return kKem;
        default: return {};
    }
}

void ExtendedAlgorithm::describe(Visitor& v) {
    v.u8({.name = "RegistryID"}, registry_id);
    v.u8(reserved_field(), reserved);
    v.u16({.name = "AlgorithmID"}, algorithm_id);
}

void AlgStruct::describe(Visitor& v) {
    v.u8(enumeration("AlgType", kAlgTypes), alg_type);
    v.u8({.name = "AlgCount", .kind = FieldKind::count, .bits = kAlgCount, .counts = "AlgExternal"},
         alg_count);
    v.u16(flags("AlgSupported", algorithm_bits(alg_type)), alg_supported);
    v.resize(alg_external, alg_count & 0xf);
    extended(v, "AlgExternal", alg_external);
}

void NegotiateAlgorithms::describe(Visitor& v) {
    v.header(kCode, spdm_version, struct_count(v, "ReqAlgStruct"), param1, reserved_field("Param2"), param2);
    v.total_length({.name = "Length", .max = v.at_least(Version::v1_1) ? 128U : 64U}, 2);
    offered(v, *this);
    alg_structs_list(v, "ReqAlgStruct", param1, alg_structs);
}

void Algorithms::describe(Visitor& v) {
    v.header(kCode, spdm_version, struct_count(v, "RespAlgStruct"), param1, reserved_field("Param2"), param2);
    v.total_length({.name = "Length"}, 2);
    v.u8(flags("MeasurementSpecificationSel", kMeasurementSpec), measurement_specification_sel);
    v.u8(flags("OtherParamsSelection", kResponseParams), other_params_selection);
    v.u32(flags("MeasurementHashAlgo", kMeasurementHash), measurement_hash_algo);
    v.u32(flags("BaseAsymSel", kBaseAsym), base_asym_sel);
    v.u32(flags("BaseHashSel", kBaseHash), base_hash_sel);
    v.u32(flags("PqcAsymSel", kPqcField), pqc_asym_sel);
    v.array(reserved_field(), reserved);
    v.u8(flags("MELspecificationSel", kMelSpec), mel_specification_sel);
    v.count(ext_count("ExtAsymSelCount", "ExtAsymSel"), 1, ext_asym_sel, 4);
    v.count(ext_count("ExtHashSelCount", "ExtHashSel"), 1, ext_hash_sel, 4);
    v.array(reserved_field(), reserved2);
    extended(v, "ExtAsymSel", ext_asym_sel);
    extended(v, "ExtHashSel", ext_hash_sel);
    alg_structs_list(v, "RespAlgStruct", param1, alg_structs);
}

void SupportedAlgorithms::describe(Visitor& v) {
    v.u8({.name = "SupportedAlgorithms.Param1", .kind = FieldKind::count, .counts = "AlgStruct"}, param1);
    v.u8(reserved_field("SupportedAlgorithms.Param2"), param2);
    v.u16({.name = "SupportedAlgorithms.Length"}, length);
    offered(v, *this);
    v.resize(alg_structs, param1);
    v.list("AlgStruct", alg_structs, [](Visitor& w, AlgStruct& item) { item.describe(w); });
    size_t structs = 0;
    for (const AlgStruct& item : alg_structs) structs += 4 + 4 * item.alg_external.size();
    size_t expected = 30 + 4 * (ext_asym.size() + ext_hash.size()) + structs;
    if (v.decoding() && !v.failed() && length != expected) {
        v.refuse(Errc::inconsistent, "SupportedAlgorithms.Length", "is not the size of the block");
    }
}

}  // namespace assay::wire
