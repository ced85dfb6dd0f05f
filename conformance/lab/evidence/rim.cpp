#include "conformance/lab/evidence/rim.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/lab/evidence/xml_signature.h"

namespace assay::lab::evidence {

namespace {

constexpr std::string_view kSwid = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd";
constexpr std::string_view kRimModel =
    "https://trustedcomputinggroup.org/resource/tcg-reference-integrity-manifest-rim-information-model/";
constexpr size_t kResources = 64;

std::string written(const Attributes& attributes) {
    std::string text;
    for (const auto& [name, value] : attributes) text += fmt::format(" {}=\"{}\"", name, value);
    return text;
}

Attributes resource(const RimOptions& options, size_t index) {
    const auto active = options.resources.find(index);
    const size_t count = active == options.resources.end() ? 1 : active->second;
    Attributes row;
    row.set("type", "Measurement");
    row.set("index", fmt::to_string(index));
    row.set("active", active == options.resources.end() ? "False" : "True");
    row.set("alternatives", fmt::to_string(count));
    for (size_t which = 0; which < count; ++which) {
        const Bytes value =
            active == options.resources.end() ? Bytes(48) : measurement(options.version, index, which);
        row.set(hash_attribute(which), to_hex(value));
    }
    row.set("name", fmt::format("Measurement_{}", index));
    row.set("size", "48");
    return row;
}

SignatureForm signature(const RimOptions& options) {
    SignatureForm form;
    form.canonicalization = kC14n11;
    form.method = kEcdsaSha384;
    form.digest_method = kDigestSha384;
    form.transforms = {transform(kEnveloped), transform(kC14n11)};
    form.certificates = rim_chain(options.model, options.label);
    form.signer = form.certificates.front().key;
    return form;
}

std::string body(const RimForm& form) {
    std::string text = fmt::format("{}<SoftwareIdentity{}>\n", form.prolog, written(form.root));
    if (!form.entity.empty()) text += fmt::format("    {}\n", form.entity);
    if (!form.meta.empty()) text += fmt::format("    <ns0:Meta{}/>\n", written(form.meta));
    const std::string payload = form.payload_prefix + "Payload";
    text += fmt::format("    <{} xmlns:SHA384=\"http://www.w3.org/2001/04/xmlenc#sha384\">\n", payload);
    for (const Attributes& row : form.resources)
        text += fmt::format("        <ns0:Resource{}/>\n", written(row));
    return text + form.more_payload + fmt::format("    </{}>\n", payload) + form.more;
}

}  // namespace

void Attributes::set(std::string_view name, std::string value) {
    const auto found = std::ranges::find(*this, name, &value_type::first);
    if (found != end()) {
        found->second = std::move(value);
    } else {
        emplace_back(name, std::move(value));
    }
}

void Attributes::drop(std::string_view name) {
    std::erase_if(*this, [&](const value_type& attribute) { return attribute.first == name; });
}

std::string Attributes::get(std::string_view name) const {
    const auto found = std::ranges::find(*this, name, &value_type::first);
    return found == end() ? std::string() : found->second;
}

std::string hash_attribute(size_t which) { return fmt::format("ns2:Hash{}", which); }

Chain rim_chain(Model model, std::string_view label) {
    const std::string chip(name(model));
    const Name nvidia = {{"O", "NVIDIA Corporation"}, {"C", "US"}};
    auto authority = [&](const std::string& title, crypto::UnixTime from, crypto::UnixTime until) {
        CertificateForm form;
        form.key = {title};
        form.subject = {{"CN", title}};
        form.subject.insert(form.subject.end(), nvidia.begin(), nvidia.end());
        form.serial = digest(crypto::HashAlgo::sha256, as_bytes(title));
        form.serial.resize(16);
        form.not_before = from;
        form.not_after = until;
        form.ca = true;
        form.key_usage = usage::cert_sign | usage::crl_sign;
        return form;
    };
    CertificateForm leaf =
        authority(fmt::format("{} RIM L4 Signer", label), at(2024, 12, 30), at(2026, 12, 30));
    leaf.ca = false;
    leaf.key_usage = usage::digital_signature;
    CertificateForm third =
        authority(fmt::format("NVIDIA Reference Value L3 {} 002", chip), at(2023, 10, 31), at(2027, 4, 30));
    third.path_length = 0;
    Chain chain = {
        leaf, third,
        authority(fmt::format("NVIDIA Reference Value {} CA", chip), at(2023, 5, 11), at(2033, 5, 11)),
        authority("NVIDIA CoRIM signing Root CA", at(2023, 3, 16), at(2053, 3, 8))};
    relink(chain);
    return chain;
}

RimForm genuine(const RimOptions& options) {
    const std::string chip(name(options.model));
    const std::string product = options.model == Model::ls10 ? "SWITCH" : "GPU";
    RimForm form;
    form.root = {{"xmlns", std::string(kSwid)},
                 {"xmlns:ns0", std::string(kSwid)},
                 {"xmlns:ns2", "http://www.w3.org/2001/04/xmlenc#sha384"},
                 {"corpus", "false"},
                 {"name", chip},
                 {"patch", "false"},
                 {"supplemental", "false"},
                 {"tagId", to_hex(digest(crypto::HashAlgo::sha384, as_bytes(options.version)))},
                 {"version", "1.0"},
                 {"tagVersion", "0"}};
    form.meta = {{"xmlns:ns1", std::string(kRimModel)},
                 {"colloquialVersion", options.version},
                 {"edition", product},
                 {"product", chip},
                 {"revision", options.revision},
                 {"PayloadType", "direct"},
                 {"ns1:BindingSpec", "RIMIM"},
                 {"ns1:BindingSpecVersion", "1.01"},
                 {"ns1:PlatformManufacturerId", "5703"},
                 {"ns1:PlatformManufacturerStr", "NVIDIA Corporation"},
                 {"ns1:PlatformModel", chip},
                 {"ns1:FirmwareManufacturer", "NVIDIA Corporation"},
                 {"ns1:FirmwareManufacturerId", "5703"}};
    for (size_t i = 0; i < kResources; ++i) form.resources.push_back(resource(options, i));
    form.signature = signature(options);
    return form;
}

RimForm driver_rim(const Firmware& firmware) {
    return genuine(RimOptions{.model = firmware.model,
                              .version = firmware.driver,
                              .resources = firmware.driver_resources(),
                              .label = "driver"});
}

RimForm vbios_rim(const Firmware& firmware) {
    return genuine(RimOptions{.model = firmware.model,
                              .version = firmware.vbios,
                              .resources = firmware.vbios_resources(),
                              .label = "VBIOS"});
}

Result<Bytes> make(const RimForm& form) {
    std::string text = body(form);
    if (form.edit_before) form.edit_before(text);
    constexpr std::string_view kEnd = "</SoftwareIdentity>";
    text =
        form.is_signed ? TRY(enveloped(text, std::string(kEnd), form.signature)) : text + std::string(kEnd);
    text += "\n";
    if (form.edit_after) form.edit_after(text);
    return to_bytes(as_bytes(text));
}

}  // namespace assay::lab::evidence
