#include "fuzz/evidence/platform_seeds.h"

#include <fmt/format.h>

#include "fuzz/evidence/platform.h"
#include "stack/base/writer.h"
#include "stack/wire/decode.h"
#include "stack/wire/encode.h"

namespace assay::fuzz {

namespace {

namespace event_type = evidence::event_type;
namespace tpm_alg = evidence::tpm_alg;

void write_logs(const WriteSeed& write) {
    evidence::EventLogForm form = genuine_boot();
    write("event_log", "genuine", make(form));
    form.banks = {tpm_alg::sha1, tpm_alg::sha256, tpm_alg::sha384, tpm_alg::sha512};
    form.events.insert(form.events.begin(),
                       {.type = event_type::no_action, .data = evidence::startup_locality(3)});
    write("event_log", "banks", make(form));
    form.banks = {tpm_alg::sha256};
    form.find(7, event_type::variable_driver_config)->data = evidence::efi_variable("SecureBoot", Bytes{0});
    form.find(7, event_type::separator)->type = event_type::ipl;
    form.find(4, event_type::efi_action)->digest_of = Bytes{1};
    write("event_log", "wrong", make(form));
    form.agile = false;
    write("event_log", "old", make(form));
    form.events.front().data.back() = 9;
    write("event_log", "locality", make(form));
    write("event_log", "cut", ByteView(make(form)).first(200));
}

Bytes field(uint8_t type, ByteView value) {
    return std::move(Writer().u8(type).uint_be(value.size(), 4).bytes(value)).take();
}

// Type 5 is an event of the firmware, 7 one of IMA, 80 one of somebody else.
Bytes record(uint8_t index, uint8_t content) {
    const Bytes digests = concat({field(4, Bytes(20)), field(11, Bytes(32))});
    return concat({field(0, Bytes(8)), field(1, Bytes{index}), field(3, digests), field(content, Bytes(3))});
}

void write_canonical_logs(const WriteSeed& write) {
    constexpr std::string_view kRecord = R"({"recnum": 0, "pcr": 11, "digests": [{"hashAlg": "sha1", "digest":
        "0000000000000000000000000000000000000000"}], "content_type": "ima_template", "content": {}})";
    const Bytes text = to_bytes(as_bytes(kRecord));
    write("canonical_log", "tlv", concat({record(0, 5), record(10, 7), record(11, 80)}));
    write("canonical_log", "array", concat({Bytes{'['}, text, Bytes{','}, text, Bytes{']'}}));
    write("canonical_log", "sequence", concat({Bytes{0x1e}, text, Bytes{'\n', 0x1e}, text}));
    write("canonical_log", "one", record(14, 80));
    write("canonical_log", "register", record(24, 7));
    write("canonical_log", "cut", ByteView(record(9, 7)).first(40));
}

void write_quotes(const WriteSeed& write) {
    const auto one = [&](const char* name, const evidence::Quote& quote, ByteView signature) {
        write("tpm_quote", name, quote_input(marshal(quote), signature));
    };
    evidence::Quote quote = genuine_quote();
    const Bytes ecdsa = marshal(ecdsa_signature());
    const Bytes rsa = marshal(evidence::QuoteSignature{
        .algorithm = tpm_alg::rsassa, .hash = tpm_alg::sha256, .rsa = Bytes(256, 0x33)});
    one("genuine", quote, ecdsa);
    one("rsassa", quote, rsa);
    one("hmac", quote, Bytes{0, 5, 0, 0x0b, 1, 2, 3});
    one("sha384", quote,
        marshal(evidence::QuoteSignature{.algorithm = tpm_alg::ecdsa,
                                         .hash = tpm_alg::sha384,
                                         .r = Bytes(48, 0x11),
                                         .s = Bytes(48, 0x22)}));
    quote.selections.push_back({0x0004, {0, 10}});
    quote.selections.push_back({0x0027, {1}});
    one("banks", quote, ecdsa);
    quote.magic = 0;
    quote.type = 0x8019;
    quote.extra_data.clear();
    quote.selections.clear();
    one("wrong", quote, Bytes{});
    write("tpm_quote", "cut", quote_input(ByteView(marshal(quote)).first(30), ecdsa));
}

void write_reports(const WriteSeed& write) {
    using namespace evidence;
    const Bytes genuine = genuine_report();
    write("snp_report", "genuine", genuine);
    SnpReport report = wire::decode_exact<SnpReport>(genuine, {}).value();
    const auto one = [&](std::string_view name) {
        write("snp_report", std::string(name), wire::encode_raw(report, {}));
    };
    for (const uint32_t version : {2U, 4U, 5U, 6U}) {
        report.version = version;
        one(fmt::format("version_{}", version));
    }
    report.version = 3;
    report.cpuid_fam_id = kFamilyTurin;
    one("turin");
    report.policy |= snp_bits::migrate_ma.mask() | snp_bits::debug.mask();
    report.vmpl = 7;
    report.current_tcb &= ~uint64_t{0xff};
    report.key_info = static_cast<uint32_t>(snp_bits::signing_key.with(1));
    one("wrong");
    write("snp_report", "cut", ByteView(wire::encode_raw(report, {})).first(700));
}

}  // namespace

void write_platform_seeds(const WriteSeed& write) {
    write_logs(write);
    write_canonical_logs(write);
    write_quotes(write);
    write_reports(write);
}

}  // namespace assay::fuzz
