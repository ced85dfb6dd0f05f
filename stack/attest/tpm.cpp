#include "stack/attest/tpm.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "stack/attest/binding.h"
#include "stack/attest/boot_state.h"
#include "stack/attest/chain.h"
#include "stack/attest/event_replay.h"
#include "stack/attest/quote.h"
#include "stack/attest/quoted_values.h"
#include "stack/attest/runtime_data.h"

namespace assay::attest {

namespace {

const std::string kSubject = "tpm";

// The offset of a parse error as a CheckSite has it.
CheckSite unreadable(const File& file, const Error& error) {
    CheckSite site{.subject = kSubject, .field = file.path, .reason = error.text()};
    if (error.offset < file.bytes.size()) {
        site.offset = error.offset;
        site.bytes = ByteView(file.bytes).subspan(error.offset);
    }
    return site;
}

// "10, 11 (sha256)", by bank.
std::string listed(const std::set<Register>& registers) {
    std::map<Bank, std::vector<uint32_t>> by_bank;
    for (const Register& one : registers) by_bank[one.bank].push_back(one.index);
    std::string text;
    for (const auto& [bank, indexes] : by_bank)
        text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", fmt::join(indexes, ", "), name(bank));
    return text;
}

// One virtual TPM: what has been read of it, and the checks on that.
class TpmAppraisal {
   public:
    TpmAppraisal(Appraisal& appraisal, const TpmEvidence& tpm, const Evidence& evidence,
                 const Context& context)
        : appraisal_(appraisal),
          tpm_(tpm),
          evidence_(evidence),
          context_(context),
          policy_(context.policy.tpm.value_or(TpmPolicy{})) {}

    void run() {
        const std::optional<crypto::PublicKey> key = signing_key();
        const bool quoted = read_quote();
        const bool signed_form = read_signature();
        if (quoted && signed_form && key) check_signature(*key);
        if (quoted) {
            check_nonce();
            check_selection();
        }
        if (read_log() && read_canonical_log() && quoted && signed_form) check_log();
    }

   private:
    bool demand(Check check, bool holds, CheckSite site) {
        site.subject = kSubject;
        return appraisal_.demand(check, holds, std::move(site));
    }

    // The attestation key, by its certificates or as the runtime data names it. If by both, they agree.
    std::optional<crypto::PublicKey> signing_key() {
        const std::optional<crypto::PublicKey> named = named_key();
        if (named && tpm_.certificates.path.empty()) return named;
        const std::optional<Chain> chain = read_chain(appraisal_, kSubject, tpm_.certificates);
        if (!chain) return std::nullopt;
        appraise_chain(appraisal_, kSubject, *chain,
                       {.purpose = Purpose::tpm, .roots = context_.roots.tpm, .time = context_.time});
        crypto::PublicKey key = chain->front().public_key();
        if (named) {
            demand(Check::runtime_data_key, equal(key.spki(), named->spki()),
                   {.field = "certificates[0] SubjectPublicKeyInfo", .bytes = key.spki()});
        }
        return key;
    }

    // That of runtime data that cannot be read is not known: what is wrong with it, the processor's part
    // says.
    std::optional<crypto::PublicKey> named_key() const {
        if (!evidence_.snp || evidence_.snp->runtime_data.path.empty()) return std::nullopt;
        Result<RuntimeData> data = parse_runtime_data(evidence_.snp->runtime_data.bytes);
        return data ? std::move(data->attestation_key) : crypto::PublicKey();
    }

    bool read_quote() {
        Result<Quote> quote = parse_quote(tpm_.quote.bytes);
        if (!quote) return demand(Check::quote_form, false, unreadable(tpm_.quote, quote.error()));
        quote_ = *std::move(quote);
        quoted_ = registers_of(quote_);
        demand(Check::quote_form, true, {.field = tpm_.quote.path});
        const ByteView head = ByteView(tpm_.quote.bytes).first(6);
        demand(Check::quote_magic, quote_.magic == evidence::kTpmGenerated,
               {.field = "magic", .offset = 0, .bytes = head.first(4)});
        demand(Check::quote_type, quote_.type == evidence::kTpmQuote,
               {.field = "type", .offset = 4, .bytes = head.subspan(4)});
        return true;
    }

    bool read_signature() {
        Result<QuoteSignature> signature = parse_quote_signature(tpm_.signature.bytes);
        if (!signature)
            return demand(Check::quote_form, false, unreadable(tpm_.signature, signature.error()));
        signature_ = *std::move(signature);
        return demand(Check::quote_algorithm, allowed(signature_),
                      {.field = "sigAlg",
                       .offset = 0,
                       .bytes = ByteView(tpm_.signature.bytes).first(4),
                       .reason = fmt::format("scheme {:#06x} with hash {:#06x}", signature_.algorithm,
                                             signature_.hash)});
    }

    void check_signature(const crypto::PublicKey& key) {
        const Result<> verified = verify_quote(tpm_.quote.bytes, signature_, key);
        demand(Check::quote_signature, verified.has_value(),
               {.field = "signature",
                .bytes = tpm_.signature.bytes,
                .reason = verified ? "" : verified.error().text()});
    }

    void check_nonce() {
        const std::optional<Bytes> expected = expected_quote_data(context_);
        if (!expected) {
            demand(Check::nonce_expected, false, {});
        } else if (context_.policy.composite && !context_.expected.contains(kSubject)) {
            check_binding(*context_.nonce);
        } else {
            check_extra_data(Check::quote_nonce, *expected);
        }
    }

    void check_binding(const wire::Nonce& nonce) {
        const auto leaves = gpu_leaves(evidence_);
        if (leaves) {
            check_extra_data(Check::binding_tpm, bound_quote_data(nonce, *leaves));
        } else {
            demand(Check::binding_tpm, false,
                   {.field = "extraData", .bytes = quote_.extra_data, .reason = leaves.error().text()});
        }
    }

    void check_extra_data(Check check, ByteView expected) {
        const bool holds = equal(quote_.extra_data, expected);
        demand(check, holds,
               {.field = "extraData",
                .bytes = quote_.extra_data,
                .reason = holds ? "" : "expected " + to_hex(expected)});
    }

    void check_selection() {
        std::vector<uint32_t> missing;
        for (uint32_t index : policy_.needed()) {
            if (!strongest_bank(quoted_, index)) missing.push_back(index);
        }
        CheckSite site{.field = "pcrSelect"};
        if (!missing.empty())
            site.reason =
                fmt::format("not quoted in a bank stronger than SHA-1: {}", fmt::join(missing, ", "));
        if (quoted_.empty()) site.reason = "nothing is quoted";
        demand(Check::quote_selection, missing.empty() && !quoted_.empty(), std::move(site));
    }

    bool read_log() {
        Result<EventLog> log = parse_event_log(tpm_.event_log.bytes);
        if (!log) return demand(Check::log_form, false, unreadable(tpm_.event_log, log.error()));
        log_ = *std::move(log);
        return demand(Check::log_form, true, {.field = tpm_.event_log.path});
    }

    bool read_canonical_log() {
        const File& file = tpm_.canonical_log;
        if (file.path.empty() && file.bytes.empty()) return true;
        auto records = parse_canonical_log(file.bytes, appraisal_.switches());
        if (!records) return demand(Check::log_canonical_form, false, unreadable(file, records.error()));
        records_ = *std::move(records);
        return demand(Check::log_canonical_form, true, {.field = file.path});
    }

    CheckSite event_site(const LogEvent& found, std::string reason) const {
        return {.field = event_name(found.type),
                .offset = found.offset,
                .bytes = found.data,
                .reason = std::move(reason)};
    }

    void check_log() {
        quoted_values_ =
            quoted_values(quote_, signature_.hash, log_, records_, tpm_.registers, appraisal_.switches());
        check_digests();
        check_banks();
        check_replay();
        check_explained();
        check_separators();
        check_secure_boot();
        check_boot_loaders();
        check_values();
        make_claims();
    }

    void check_digests() {
        const auto follows = [&](const LogEvent& found) {
            return std::ranges::all_of(found.digests, [&](const auto& digest) {
                const Bank bank = digest.first;
                return !explained().contains({bank, found.index}) ||
                       digest_follows(found, bank, appraisal_.switches());
            });
        };
        const auto wrong = std::ranges::find_if_not(log_.events, follows);
        if (wrong == log_.events.end()) {
            demand(Check::log_digest, true, {.field = tpm_.event_log.path});
        } else {
            demand(Check::log_digest, false,
                   event_site(*wrong, fmt::format("event {}, in register {}", wrong - log_.events.begin(),
                                                  wrong->index)));
        }
    }

    void check_banks() {
        std::vector<std::string> missing;
        for (const Selection& selection : quote_.selections) {
            const auto bank = bank_from_algorithm(selection.algorithm);
            const bool given = bank && std::ranges::all_of(selection.indexes, [&](uint32_t index) {
                                   return tpm_.registers.contains({*bank, index});
                               });
            if (!selection.indexes.empty() && !given && (!bank || !log_.has(*bank)))
                missing.push_back(fmt::format("{:#06x}", selection.algorithm));
        }
        CheckSite site{.field = "digests"};
        if (!missing.empty()) site.reason = fmt::format("the log lacks bank {}", fmt::join(missing, ", "));
        demand(Check::log_bank, missing.empty(), std::move(site));
    }

    void check_replay() {
        CheckSite site{.field = "pcrDigest", .bytes = quote_.digest};
        if (!quoted_values_.match) {
            const Result<Bytes> digest = quoted_digest(quote_, signature_.hash, quoted_values_.values);
            site.reason = digest ? "the log leads to " + to_hex(*digest) : digest.error().text();
            if (!quoted_values_.untouched.empty())
                site.reason +=
                    "; quoted, and neither in a log nor given: " + listed(quoted_values_.untouched);
        }
        demand(Check::log_replay, quoted_values_.match, std::move(site));
    }

    const std::set<Register>& explained() const { return quoted_values_.explained; }

    // In a bank stronger than SHA-1, unless it is quoted in that one only.
    bool is_explained(uint32_t index) const {
        if (strongest_bank(quoted_, index)) return strongest_bank(explained(), index).has_value();
        return any_bank(explained(), index).has_value();
    }

    void check_explained() {
        std::vector<uint32_t> missing;
        for (uint32_t index : policy_.needs_explanation())
            if (any_bank(quoted_, index) && !is_explained(index)) missing.push_back(index);
        CheckSite site{.field = "registers"};
        if (!missing.empty()) site.reason = fmt::format("register {}", fmt::join(missing, ", "));
        demand(Check::log_explained, missing.empty(), std::move(site));
    }

    void check_separators() {
        const std::optional<LogFault> fault = separator_fault(log_, explained(), appraisal_.switches());
        CheckSite site{.field = "EV_SEPARATOR"};
        if (fault) {
            site.offset = fault->offset;
            site.reason = fault->reason;
        }
        demand(Check::log_separator, !fault, std::move(site));
    }

    void check_secure_boot() {
        const auto bank = strongest_bank(explained(), kSecureBootRegister);
        SecureBoot state{.reason = "register 7 is not quoted, or no log leads to it"};
        if (bank) state = secure_boot(log_, *bank);
        if (bank) secure_boot_ = state.on;
        if (!policy_.secure_boot) return;
        demand(Check::boot_secure, state.on,
               {.field = "SecureBoot",
                .offset = state.offset.value_or(CheckSite::npos),
                .reason = std::move(state.reason)});
    }

    void check_boot_loaders() {
        const auto bank = strongest_bank(explained(), kLoaderRegister);
        if (bank) {
            for (const LogEvent* found : boot_loaders(log_, *bank, appraisal_.switches())) {
                const auto digest = found->digests.find(*bank);
                loaders_.push_back(digest == found->digests.end() ? Bytes{} : to_bytes(digest->second));
            }
        }
        if (policy_.boot_loaders.empty()) return;
        const auto unknown = std::ranges::find_if(loaders_, [&](const Bytes& digest) {
            return std::ranges::find(policy_.boot_loaders, digest) == policy_.boot_loaders.end();
        });
        CheckSite site{.field = "EV_EFI_BOOT_SERVICES_APPLICATION"};
        if (loaders_.empty()) site.reason = "none was measured";
        if (unknown != loaders_.end()) site.bytes = *unknown;
        demand(Check::boot_loader, !loaders_.empty() && unknown == loaders_.end(), std::move(site));
    }

    // The value of a register in the strongest bank that was quoted, or nothing.
    Bytes value(uint32_t index) const {
        const auto bank = strongest_bank(quoted_, index);
        const Registers& values = quoted_values_.values;
        const auto found = bank ? values.find({*bank, index}) : values.end();
        return found == values.end() ? Bytes{} : to_bytes(found->second.view());
    }

    void check_values() {
        if (!policy_.firmware.empty()) {
            const Bytes firmware = value(kFirmwareRegister);
            const bool known =
                std::ranges::find(policy_.firmware, firmware) != policy_.firmware.end() && !firmware.empty();
            demand(Check::boot_firmware, known, {.field = "register 0", .bytes = firmware});
        }
        if (policy_.systems.empty()) return;
        const auto is_running = [&](const std::map<uint32_t, Bytes>& system) {
            return !system.empty() && std::ranges::all_of(system, [&](const auto& entry) {
                return !entry.second.empty() && value(entry.first) == entry.second;
            });
        };
        std::string seen;
        for (const auto& [index, ignored] : policy_.systems.front())
            seen += fmt::format("{}register {} is {}", seen.empty() ? "" : ", ", index, to_hex(value(index)));
        demand(Check::boot_system, std::ranges::any_of(policy_.systems, is_running),
               {.field = "registers", .reason = std::move(seen)});
    }

    void make_claims() {
        nlohmann::ordered_json claims = {{"bootcount", quote_.reset_count}};
        if (secure_boot_) claims["secure-boot"] = *secure_boot_;
        if (const auto bank = strongest_bank(explained(), kFirmwareRegister)) {
            const std::string version = firmware_version(log_, *bank);
            if (!version.empty()) claims["firmware-version"] = version;
        }
        auto loaders = nlohmann::ordered_json::array();
        for (const Bytes& digest : loaders_) loaders.push_back(to_hex(digest));
        if (strongest_bank(explained(), kLoaderRegister)) claims["boot-loaders"] = std::move(loaders);
        auto registers = nlohmann::ordered_json::object();
        auto unexplained = nlohmann::ordered_json::object();
        for (const auto& [one, value] : quoted_values_.values) {
            const std::string bank(name(one.bank));
            const bool given = tpm_.registers.contains(one);
            if (log_.has(one.bank) || given)
                registers[bank][std::to_string(one.index)] = to_hex(value.view());
            if (given && !explained().contains(one)) unexplained[bank].push_back(one.index);
        }
        claims["registers"] = std::move(registers);
        if (!unexplained.empty()) claims["unexplained-registers"] = std::move(unexplained);
        appraisal_.claims()[kSubject] = std::move(claims);
    }

    Appraisal& appraisal_;
    const TpmEvidence& tpm_;
    const Evidence& evidence_;
    const Context& context_;
    const TpmPolicy policy_;
    Quote quote_;
    std::set<Register> quoted_;
    QuoteSignature signature_;
    EventLog log_;
    std::vector<CanonicalRecord> records_;
    QuotedValues quoted_values_;
    std::optional<bool> secure_boot_;
    std::vector<Bytes> loaders_;
};

}  // namespace

void appraise_tpm(Appraisal& appraisal, const TpmEvidence& tpm, const Evidence& evidence,
                  const Context& context) {
    TpmAppraisal(appraisal, tpm, evidence, context).run();
}

}  // namespace assay::attest
