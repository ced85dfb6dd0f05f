#include "stack/attest/fwid.h"

#include "stack/crypto/certificate_facts.h"
#include "stack/crypto/der.h"

namespace assay::attest {

namespace {

using crypto::DerElement;

// Universal tags, and those of DiceTcbInfo's fields.
constexpr uint8_t kInteger = 0x02;
constexpr uint8_t kOctets = 0x04;
constexpr uint8_t kSvn = 0x83;
constexpr uint8_t kFwids = 0xa6;
constexpr uint8_t kTagNumber = 0x1f;
constexpr uint8_t kContextClass = 0x80;
constexpr uint8_t kClass = 0xc0;
constexpr uint8_t kLastField = 9;

constexpr uint8_t kSha384[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02};
constexpr size_t kDigest = 48;

std::unexpected<Error> wrong(size_t offset, std::string why) {
    return fail(Errc::bad_cert, "FWID", offset, std::move(why));
}

Result<DerElement> next(Reader& reader, uint8_t tag, std::string_view what) {
    const size_t at = reader.offset();
    auto element = crypto::read_der(reader);
    if (!element) return wrong(at, element.error().text());
    if (element->tag != tag) return wrong(at, std::string(what) + " is missing");
    return element;
}

// The content of the one SEQUENCE that `der` is.
Result<ByteView> sequence(ByteView der) {
    Reader reader(der);
    const DerElement whole = TRY(next(reader, crypto::kDerSequence, "the outer SEQUENCE"));
    if (!reader.empty()) return wrong(reader.offset(), "bytes follow it");
    return whole.content;
}

bool is_sha384(ByteView oid, const FaultConfig& switches) {
    if (switches.has(Defect::fwid_oid_last_byte)) return !oid.empty() && oid.back() == std::end(kSha384)[-1];
    return equal(oid, kSha384);
}

// SEQUENCE { hashAlg, digest }
Result<Bytes> fwid(ByteView content, const FaultConfig& switches) {
    Reader reader(content);
    const DerElement algorithm = TRY(next(reader, crypto::kDerOid, "hashAlg"));
    const DerElement digest = TRY(next(reader, kOctets, "digest"));
    if (!reader.empty()) return wrong(reader.offset(), "bytes follow the digest");
    if (!is_sha384(algorithm.content, switches)) return wrong(0, "hashAlg is not SHA-384");
    if (digest.content.size() != kDigest) return wrong(0, "the digest has not 48 bytes");
    return to_bytes(digest.content);
}

Result<Bytes> first_fwid(ByteView list, const FaultConfig& switches) {
    Reader reader(list);
    Bytes first;
    for (bool is_first = true; is_first || !reader.empty(); is_first = false) {
        const DerElement entry = TRY(next(reader, crypto::kDerSequence, "a FWID"));
        Bytes digest = TRY(fwid(entry.content, switches));
        if (is_first) first = std::move(digest);
    }
    return first;
}

Result<uint64_t> unsigned_integer(ByteView content) {
    if (content.empty() || content.size() > 9 || (content[0] & 0x80) != 0 ||
        (content.size() == 9 && content[0] != 0)) {
        return wrong(0, "svn is no number that fits into 64 bits");
    }
    uint64_t value = 0;
    for (const uint8_t byte : content) value = value << 8 | byte;
    return value;
}

}  // namespace

Result<FirmwareId> parse_composite_device_id(ByteView extension, const FaultConfig& switches) {
    Reader reader(TRY(sequence(extension)));
    const DerElement version = TRY(next(reader, kInteger, "version"));
    if (version.content.size() != 1 || version.content[0] != 1) return wrong(0, "version is not 1");
    TRY(next(reader, crypto::kDerSequence, "SubjectPublicKeyInfo"));
    const DerElement id = TRY(next(reader, crypto::kDerSequence, "the FWID"));
    if (!reader.empty()) return wrong(reader.offset(), "bytes follow the FWID");
    return FirmwareId{TRY(fwid(id.content, switches)), {}};
}

Result<FirmwareId> parse_tcb_info(ByteView extension, const FaultConfig& switches) {
    Reader reader(TRY(sequence(extension)));
    FirmwareId found;
    for (int last = -1; !reader.empty();) {
        const size_t at = reader.offset();
        const auto element = crypto::read_der(reader);
        if (!element) return wrong(at, element.error().text());
        const int field = element->tag & kTagNumber;
        if ((element->tag & kClass) != kContextClass || field <= last || field > kLastField)
            return wrong(at, "no field of DiceTcbInfo in its order");
        last = field;
        if (element->tag == kSvn) found.svn = TRY(unsigned_integer(element->content));
        if (element->tag == kFwids) found.digest = TRY(first_fwid(element->content, switches));
    }
    if (found.digest.empty()) return wrong(0, "there are no fwids");
    return found;
}

std::optional<FirmwareId> appraise_fwid(Appraisal& appraisal, const std::string& subject,
                                        const crypto::Certificate& leaf, bool required) {
    const auto composite = crypto::extension(leaf, kOidCompositeDeviceId);
    const auto tcb_info = crypto::extension(leaf, kOidTcbInfo);
    const bool present = composite || tcb_info;
    CheckSite site{.subject = subject, .field = "certificates[0] FWID"};
    if (required) appraisal.demand(Check::fwid_present, present, site);
    if (!present) return {};
    site.bytes = composite ? *composite : *tcb_info;
    Result<FirmwareId> read = wrong(0, "there are two of them");
    if (!composite || !tcb_info)
        read = composite ? parse_composite_device_id(*composite, appraisal.switches())
                         : parse_tcb_info(*tcb_info, appraisal.switches());
    if (!read) site.reason = read.error().text();
    if (!appraisal.demand(Check::fwid_form, read.has_value(), site) || !read) return {};
    return *std::move(read);
}

}  // namespace assay::attest
