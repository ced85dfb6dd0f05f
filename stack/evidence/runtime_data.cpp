#include "stack/evidence/runtime_data.h"

namespace assay::evidence {

namespace {

// RFC 4648, 5, without padding.
std::string base64url(ByteView bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    uint32_t bits = 0;
    unsigned count = 0;
    for (const uint8_t byte : bytes) {
        bits = bits << 8 | byte;
        for (count += 8; count >= 6; count -= 6) text += kDigits[bits >> (count - 6) & 0x3f];
    }
    if (count > 0) text += kDigits[bits << (6 - count) & 0x3f];
    return text;
}

nlohmann::ordered_json web_key(const std::string& kid, const KeyName& name) {
    // In a SubjectPublicKeyInfo of RSA with 2048 bits the numbers stand at these places.
    const Bytes spki = to_bytes(key(name).public_key().spki());
    const ByteView all(spki);
    return {{"kid", kid},
            {"key_ops", {kid == "HCLEkPub" ? "encrypt" : "sign"}},
            {"kty", "RSA"},
            {"e", base64url(all.last(3))},
            {"n", base64url(all.subspan(33, 256))}};
}

}  // namespace

Bytes make(const RuntimeDataForm& form) {
    auto keys = nlohmann::ordered_json::array();
    for (const auto& [kid, name] : form.keys) keys.push_back(web_key(kid, name));
    nlohmann::ordered_json data = {
        {"keys", keys},
        {"vm-configuration", {{"console-enabled", true}, {"secure-boot", true}, {"tpm-enabled", true}}},
        {"user-data", std::string(128, '0')}};
    if (form.edit) form.edit(data);
    Bytes file = to_bytes(as_bytes(data.dump()));
    if (form.edit_after) form.edit_after(file);
    return file;
}

RuntimeDataForm runtime_data(const KeyName& attestation_key) {
    RuntimeDataForm form;
    form.keys = {{"HCLAkPub", attestation_key},
                 {"HCLEkPub", {attestation_key.label + " encryption", crypto::SignAlgo::rsassa_2048}}};
    return form;
}

}  // namespace assay::evidence
