#include "stack/attest/tpm.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "stack/attest/binding.h"
#include "stack/attest/boot_state.h"
#include "stack/attest/chain.h"
#include "stack/attest/event_replay.h"
#include "stack/attest/quote.h"
#include "stack/attest/runtime_data.h"

namespace assay::attest {

namespace {

const std::string kSubject = "tpm";

// The offset of a parse error as a Look has it.
Look unreadable(const File& file, const Error& error) {
    Look look{.subject = kSubject, .field = file.path, .reason = error.text()};
    if (error.offset < file.bytes.size()) {
        look.offset = error.offset;
        look.bytes = ByteView(file.bytes).subspan(error.offset);
    }
    return look;
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
        if (read_log() && quoted && signed_form) check_log();
    }

   private:
    bool demand(Check check, bool holds, Look look) {
        look.subject = kSubject;
        return appraisal_.demand(check, holds, std::move(look));
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
        quoted_ = quote_.registers();
        demand(Check::quote_form, true, {.field = tpm_.quote.path});
        const ByteView head = ByteView(tpm_.quote.bytes).first(6);
        demand(Check::quote_magic, quote_.magic == kTpmGenerated,
               {.field = "magic", .offset = 0, .bytes = head.first(4)});
        demand(Check::quote_type, quote_.type == kTpmQuote,
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
        Look look{.field = "pcrSelect"};
        if (!missing.empty())
            look.reason =
                fmt::format("not quoted in a bank stronger than SHA-1: {}", fmt::join(missing, ", "));
        if (quoted_.empty()) look.reason = "nothing is quoted";
        demand(Check::quote_selection, missing.empty() && !quoted_.empty(), std::move(look));
    }

    bool read_log() {
        Result<EventLog> log = parse_event_log(tpm_.event_log.bytes);
        if (!log) return demand(Check::log_form, false, unreadable(tpm_.event_log, log.error()));
        log_ = *std::move(log);
        return demand(Check::log_form, true, {.field = tpm_.event_log.path});
    }

    Look event_look(const LogEvent& found, std::string reason) const {
        return {.field = event_name(found.type),
                .offset = found.offset,
                .bytes = found.data,
                .reason = std::move(reason)};
    }

    void check_log() {
        check_digests();
        check_banks();
        check_replay();
        check_separators();
        check_secure_boot();
        check_boot_loaders();
        check_values();
        make_claims();
    }

    void check_digests() {
        const auto wrong = std::ranges::find_if_not(log_.events, digests_follow);
        if (wrong == log_.events.end()) {
            demand(Check::log_digest, true, {.field = tpm_.event_log.path});
        } else {
            demand(Check::log_digest, false,
                   event_look(*wrong, fmt::format("event {}, in register {}", wrong - log_.events.begin(),
                                                  wrong->index)));
        }
    }

    void check_banks() {
        std::vector<std::string> missing;
        for (const Selection& selection : quote_.selections) {
            const auto bank = bank_from_algorithm(selection.algorithm);
            if (!selection.indexes.empty() && (!bank || !log_.has(*bank)))
                missing.push_back(fmt::format("{:#06x}", selection.algorithm));
        }
        Look look{.field = "digests"};
        if (!missing.empty()) look.reason = fmt::format("the log lacks bank {}", fmt::join(missing, ", "));
        demand(Check::log_bank, missing.empty(), std::move(look));
    }

    void check_replay() {
        values_ = replay(log_);
        const Result<Bytes> digest = quoted_digest(quote_, signature_.hash, values_);
        const bool holds = digest && equal(*digest, quote_.digest);
        Look look{.field = "pcrDigest", .bytes = quote_.digest};
        if (!holds) look.reason = digest ? "the log leads to " + to_hex(*digest) : digest.error().text();
        demand(Check::log_replay, holds, std::move(look));
    }

    void check_separators() {
        std::optional<LogFault> fault;
        for (uint32_t index = 0; index < kSeparatorRegisters && !fault; ++index) {
            const auto bank = strongest_bank(quoted_, index);
            if (!bank) continue;
            fault = separator_fault(log_, *bank, index);
            if (fault) fault->reason = fmt::format("register {}: {}", index, fault->reason);
        }
        Look look{.field = "EV_SEPARATOR"};
        if (fault) {
            look.offset = fault->offset;
            look.reason = fault->reason;
        }
        demand(Check::log_separator, !fault, std::move(look));
    }

    void check_secure_boot() {
        const auto bank = strongest_bank(quoted_, kSecureBootRegister);
        SecureBoot state{.reason = "register 7 is not quoted"};
        if (bank) state = secure_boot(log_, *bank);
        if (bank) secure_boot_ = state.on;
        if (!policy_.secure_boot) return;
        demand(Check::boot_secure, state.on,
               {.field = "SecureBoot",
                .offset = state.offset.value_or(Look::npos),
                .reason = std::move(state.reason)});
    }

    void check_boot_loaders() {
        const auto bank = strongest_bank(quoted_, kLoaderRegister);
        if (bank) {
            for (const LogEvent* found : boot_loaders(log_, *bank)) {
                const auto digest = found->digests.find(*bank);
                loaders_.push_back(digest == found->digests.end() ? Bytes{} : to_bytes(digest->second));
            }
        }
        if (policy_.boot_loaders.empty()) return;
        const auto stranger = std::ranges::find_if(loaders_, [&](const Bytes& digest) {
            return std::ranges::find(policy_.boot_loaders, digest) == policy_.boot_loaders.end();
        });
        Look look{.field = "EV_EFI_BOOT_SERVICES_APPLICATION"};
        if (loaders_.empty()) look.reason = "none was measured";
        if (stranger != loaders_.end()) look.bytes = *stranger;
        demand(Check::boot_loader, !loaders_.empty() && stranger == loaders_.end(), std::move(look));
    }

    // The value of a register in the strongest bank that was quoted, or nothing.
    Bytes value(uint32_t index) const {
        const auto bank = strongest_bank(quoted_, index);
        const auto found = bank ? values_.find({*bank, index}) : values_.end();
        return found == values_.end() ? Bytes{} : to_bytes(found->second.view());
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
        if (strongest_bank(quoted_, kFirmwareRegister)) claims["firmware-version"] = firmware_version(log_);
        auto loaders = nlohmann::ordered_json::array();
        for (const Bytes& digest : loaders_) loaders.push_back(to_hex(digest));
        if (strongest_bank(quoted_, kLoaderRegister)) claims["boot-loaders"] = std::move(loaders);
        auto registers = nlohmann::ordered_json::object();
        for (const Register& one : quoted_) {
            const auto found = values_.find(one);
            if (found == values_.end() || !log_.has(one.bank)) continue;
            registers[std::string(name(one.bank))][std::to_string(one.index)] = to_hex(found->second.view());
        }
        claims["registers"] = std::move(registers);
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
    Registers values_;
    std::optional<bool> secure_boot_;
    std::vector<Bytes> loaders_;
};

}  // namespace

void appraise_tpm(Appraisal& appraisal, const TpmEvidence& tpm, const Evidence& evidence,
                  const Context& context) {
    TpmAppraisal(appraisal, tpm, evidence, context).run();
}

}  // namespace assay::attest
