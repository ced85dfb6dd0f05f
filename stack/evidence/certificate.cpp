#include "stack/evidence/certificate.h"

#include <openssl/evp.h>

#include <algorithm>
#include <map>

#include "stack/evidence/der.h"

namespace assay::evidence {

namespace {

constexpr std::pair<std::string_view, std::string_view> kAttributes[] = {
    {"CN", "2.5.4.3"}, {"serialNumber", "2.5.4.5"}, {"C", "2.5.4.6"},  {"L", "2.5.4.7"},
    {"ST", "2.5.4.8"}, {"O", "2.5.4.10"},           {"OU", "2.5.4.11"}};

std::string_view attribute_oid(std::string_view type) {
    const auto* found = std::ranges::find(kAttributes, type, [](const auto& row) { return row.first; });
    return found == std::end(kAttributes) ? type : found->second;
}

Bytes basic_constraints(const CertificateForm& form) {
    const Bytes ca = *form.ca ? der::boolean(true) : Bytes{};
    const Bytes depth = form.path_length ? der::integer(*form.path_length) : Bytes{};
    return der::sequence({ca, depth});
}

Bytes key_usage(uint8_t bits) { return der::bits(Bytes{bits}, static_cast<uint8_t>(std::countr_zero(bits))); }

Bytes subject_key(const CertificateForm& form) {
    return form.public_key.empty() ? to_bytes(key(form.key).public_key().spki()) : form.public_key;
}

Bytes extensions(const CertificateForm& form) {
    std::vector<Extension> all;
    if (form.ca) all.push_back({"2.5.29.19", true, basic_constraints(form)});
    if (form.key_usage != 0) all.push_back({"2.5.29.15", true, key_usage(form.key_usage)});
    if (!form.purposes.empty()) {
        Bytes oids;
        for (const std::string& purpose : form.purposes) append(oids, der::oid(purpose));
        all.push_back({"2.5.29.37", false, der::element(der::kSequence, oids)});
    }
    if (form.key_identifiers) {
        all.push_back({"2.5.29.14", false, der::octets(key_identifier(form.key))});
        all.push_back({"2.5.29.35", false, der::sequence({der::implicit(0, key_identifier(form.signer))})});
    }
    all.insert(all.end(), form.more.begin(), form.more.end());
    Bytes list;
    for (const Extension& extension : all) append(list, encode(extension));
    return list.empty() ? Bytes{} : der::tagged(3, der::element(der::kSequence, list));
}

}  // namespace

Bytes encode(const Extension& extension) {
    const Bytes critical = extension.critical ? der::boolean(true) : Bytes{};
    return der::sequence({der::oid(extension.oid), critical, der::octets(extension.value)});
}

Extension name_constraint(bool permitted, const Name& name) {
    const Bytes subtree = der::sequence({der::tagged(4, encode(name))});
    return {"2.5.29.30", true, der::sequence({der::tagged(permitted ? 0 : 1, subtree)})};
}

Bytes encode(const Name& name) {
    Bytes parts;
    for (const auto& [type, value] : name) {
        const uint8_t tag = type == "C" || type == "serialNumber" ? der::kPrintable : der::kUtf8;
        append(parts, der::set({der::sequence({der::oid(attribute_oid(type)), der::text(tag, value)})}));
    }
    return der::element(der::kSequence, parts);
}

Bytes issue(const CertificateForm& form) {
    const Bytes version =
        form.version == 1 ? Bytes{} : der::tagged(0, der::integer(static_cast<uint64_t>(form.version) - 1));
    const Bytes algorithm = signature_algorithm(form.signer.algo, form.hash);
    const Bytes tbs =
        der::sequence({version, der::integer(ByteView(form.serial)), algorithm, encode(form.issuer),
                       der::sequence({der::time(form.not_before), der::time(form.not_after)}),
                       encode(form.subject), subject_key(form), extensions(form)});
    Bytes made = der::sequence({tbs, algorithm, der::bits(sign_der(form.signer, form.hash, tbs))});
    if (form.edit_after) form.edit_after(made);
    return made;
}

Bytes key_identifier(const KeyName& name) {
    // The bits of subjectPublicKey: what stands behind the algorithm, less the count of unused bits.
    const ByteView spki = key(name).public_key().spki();
    auto skip_header = [](ByteView view) {
        const size_t more = view[1] < 0x80 ? 0 : view[1] & 0x7f;
        return view.subspan(2 + more);
    };
    ByteView inner = skip_header(spki);
    inner = inner.subspan(2 + inner[1]);
    return sha1(skip_header(inner).subspan(1));
}

Extension* find(CertificateForm& form, std::string_view oid) {
    const auto found = std::ranges::find(form.more, oid, &Extension::oid);
    return found == form.more.end() ? nullptr : &*found;
}

void relink(Chain& chain) {
    for (size_t i = 0; i < chain.size(); ++i) {
        const CertificateForm& issuer = chain[std::min(i + 1, chain.size() - 1)];
        chain[i].issuer = issuer.subject;
        chain[i].signer = issuer.key;
    }
}

Bytes pem_of(ByteView der) {
    Bytes text((der.size() + 2) / 3 * 4 + 1);
    const int size = EVP_EncodeBlock(text.data(), der.data(), static_cast<int>(der.size()));
    text.resize(static_cast<size_t>(size));
    Bytes out = to_bytes(as_bytes("-----BEGIN CERTIFICATE-----\n"));
    for (size_t at = 0; at < text.size(); at += 64) {
        append(out, ByteView(text).subspan(at, std::min<size_t>(64, text.size() - at)));
        out.push_back('\n');
    }
    append(out, as_bytes("-----END CERTIFICATE-----\n"));
    return out;
}

Bytes to_pem(const Chain& chain) {
    Bytes out;
    for (const CertificateForm& form : chain) append(out, pem_of(issue(form)));
    return out;
}

Bytes to_der(const Chain& chain) {
    Bytes out;
    for (const CertificateForm& form : chain) append(out, issue(form));
    return out;
}

crypto::UnixTime at(int year, unsigned month, unsigned day) {
    namespace chrono = std::chrono;
    return chrono::sys_days(chrono::year(year) / chrono::month(month) / chrono::day(day));
}

crypto::UnixTime never() { return at(9999, 12, 31) + std::chrono::seconds(86399); }

}  // namespace assay::evidence
