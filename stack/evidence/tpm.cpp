#include "stack/evidence/tpm.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/writer.h"

namespace assay::evidence {

namespace {

constexpr std::string_view kAttestationKey = "2.23.133.8.3";  // tcg-kp-AIKCertificate

uint16_t hash_id(crypto::HashAlgo hash) {
    switch (hash) {
        case crypto::HashAlgo::sha384: return tpm_alg::sha384;
        case crypto::HashAlgo::sha512: return tpm_alg::sha512;
        default: return tpm_alg::sha256;
    }
}

Bytes utf16(std::string_view text) {
    Writer out;
    for (const char c : text) out.u16(static_cast<uint8_t>(c));
    out.u16(0);
    return std::move(out).take();
}

Chain tpm_chain(const KeyName& attestation_key) {
    CertificateForm root;
    root.key = {"Assay vTPM root"};
    root.subject = {{"CN", "Assay vTPM Root CA"}, {"O", "Assay"}};
    root.not_before = at(2022, 1, 1);
    root.not_after = at(2052, 1, 1);
    root.ca = true;
    root.key_usage = usage::cert_sign | usage::crl_sign;
    CertificateForm issuer = root;
    issuer.key = {"Assay vTPM issuer"};
    issuer.subject = {{"CN", "Assay vTPM Issuing CA 1"}, {"O", "Assay"}};
    issuer.serial = {2};
    issuer.path_length = 0;
    CertificateForm leaf;
    leaf.key = attestation_key;
    leaf.subject = {{"CN", fmt::format("{} attestation key", attestation_key.label)}, {"O", "Assay"}};
    leaf.serial = {3};
    leaf.not_before = at(2025, 1, 1);
    leaf.not_after = at(2035, 1, 1);
    leaf.ca = false;
    leaf.key_usage = usage::digital_signature;
    leaf.purposes = {std::string(kAttestationKey)};
    Chain chain = {leaf, issuer, root};
    relink(chain);
    return chain;
}

EventLogForm boot(const BootOptions& options) {
    using namespace event_type;
    const Bytes separator_data(4);
    auto image = [](std::string_view name) { return to_bytes(as_bytes(name)); };
    auto variable = [](std::string_view name, ByteView value) {
        return EventForm{7, variable_driver_config, efi_variable(name, value)};
    };
    EventLogForm log;
    std::vector<EventForm>& events = log.events;
    events.push_back({0, crtm_version, utf16(options.firmware)});
    events.push_back({0, platform_firmware_blob, Bytes(16, 0x10), image(options.firmware)});
    events.push_back(variable("SecureBoot", Bytes{static_cast<uint8_t>(options.secure_boot ? 1 : 0)}));
    for (const std::string_view name : {"PK", "KEK", "db", "dbx"})
        events.push_back(variable(name, digest(crypto::HashAlgo::sha256, as_bytes(name))));
    events.push_back({7, separator, separator_data});
    events.push_back({4, efi_action, image("Calling EFI Application from Boot Option")});
    for (const uint32_t index : {0U, 1U, 2U, 3U, 4U, 5U, 6U})
        events.push_back({index, separator, separator_data});
    events.push_back({7, variable_authority, efi_variable("db", Bytes(16, 0xdb))});
    events.push_back({4, boot_services_application, Bytes(32, 0x1d), image(options.loader)});
    events.push_back({4, boot_services_application, Bytes(32, 0x2d), image("GRUB 2.12")});
    events.push_back({8, ipl, image("grub_cmd: linux /vmlinuz"), image("linux /vmlinuz")});
    events.push_back({9, ipl, image("/vmlinuz"), image(options.system)});
    events.push_back({9, ipl, image("/initrd"), image("initrd of " + options.system)});
    return log;
}

}  // namespace

Bytes boot_digest(std::string_view component) {
    return digest(crypto::HashAlgo::sha256, as_bytes(component));
}

Quote quote_of(const QuoteForm& form) {
    Quote quote;
    quote.magic = form.magic;
    quote.type = form.type;
    quote.qualified_signer =
        concat({Bytes{0x00, 0x0b}, digest(crypto::HashAlgo::sha256, key(form.signer).public_key().spki())});
    quote.extra_data = form.extra_data;
    quote.clock = form.clock;
    quote.reset_count = form.resets;
    quote.restart_count = form.restarts;
    quote.firmware_version = form.firmware;
    quote.selections = {{form.bank, {form.selected.begin(), form.selected.end()}}};
    std::vector<uint32_t>& indexes = quote.selections.front().indexes;
    std::ranges::sort(indexes);
    Bytes values;
    for (const uint32_t index : indexes) append(values, form.values.at(index));
    quote.digest = form.pcr_digest.value_or(digest(form.hash, values));
    return quote;
}

Bytes make_attest(const QuoteForm& form) {
    Bytes attest = marshal(quote_of(form));
    if (form.edit_before) form.edit_before(attest);
    return attest;
}

Bytes make_signature(const QuoteForm& form, ByteView attest) {
    const Bytes raw = sign(form.signer, form.hash, attest);
    const ByteView both(raw);
    QuoteSignature made{.algorithm = form.stated_scheme.value_or(form.scheme), .hash = hash_id(form.hash)};
    if (form.scheme == tpm_alg::ecdsa) {
        made.r = to_bytes(both.first(raw.size() / 2));
        made.s = to_bytes(both.subspan(raw.size() / 2));
    } else {
        made.rsa = raw;
    }
    Bytes signature = marshal(made);
    if (form.edit_signature) form.edit_signature(signature);
    return signature;
}

PcrValues held(const TpmForm& tpm) {
    PcrValues values = replay(tpm.log, tpm.quote.bank);
    if (tpm.later && tpm.quote.bank == tpm_alg::sha256) extend(values, *tpm.later);
    for (const auto& [index, value] : tpm.given) values[index] = value;
    return values;
}

TpmForm genuine(const BootOptions& options) {
    TpmForm tpm;
    const KeyName signer{options.label,
                         options.rsa ? crypto::SignAlgo::rsassa_2048 : crypto::SignAlgo::ecdsa_p256};
    tpm.chain = tpm_chain(signer);
    tpm.log = boot(options);
    tpm.quote.signer = signer;
    tpm.quote.scheme = options.rsa ? tpm_alg::rsassa : tpm_alg::ecdsa;
    return tpm;
}

}  // namespace assay::evidence
