// A case of the encrypted path and its context: the target, the scripted end, which computes the correct
// values, and both ends over one shared memory that the case controls.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "conformance/engine/case.h"
#include "conformance/lab/transfer_script.h"

namespace assay::cases::path {

using engine::CheckResult;
using engine::Finding;
using engine::Rules;
using engine::Verdict;
using lab::PathBlock;
using lab::PathConfig;
using lab::PathResult;
using transfer::KeyId;
using transfer::Status;
using transfer::Traffic;

template <class T>
using Taken = std::expected<T, Finding>;

// One run of a case. Its functions either pass, or give the finding that ends the case.
class CaseContext {
   public:
    explicit CaseContext(const lab::PathTarget& target);

    const lab::PathTarget& target() const { return target_; }
    ByteView secret() const { return secret_; }
    const lab::PathScript& script() const { return script_; }

    // The operation must succeed; returns its result.
    template <class T>
    Taken<T> taken(PathResult<T> result, const Rules& rules, const std::string& what) {
        if (result || result.error().status) judge(rules);
        if (result) {
            if constexpr (std::is_void_v<T>) {
                return {};
            } else {
                return std::move(*result);
            }
        }
        return std::unexpected(refusal(result.error(), rules.first(), what));
    }
    // It must be refused. With another status than one of those it is a loose pass.
    template <class T>
    CheckResult refused(const PathResult<T>& result, std::initializer_list<Status> statuses,
                        const Rules& rules, const std::string& what) {
        if (result || result.error().status) judge(rules);
        if (result) return std::unexpected(finding(rules.first(), what + ": refused", "done"));
        return refused_by(result.error(), statuses, rules.first(), what);
    }
    // A fact.
    CheckResult that(bool holds, const Rules& rules, std::string expected, std::string got = "not so");
    // Bytes that must be equal. The finding has everything from the first that differs to the last, and where
    // that is.
    CheckResult same(ByteView got, ByteView due, const Rules& rules, std::string_view what);
    // An access to the target's state that the case needs.
    CheckResult needs(bool there, std::string what);

    // A channel under a key of its own, and that key.
    struct Keyed {
        std::unique_ptr<lab::PathKey> key;
        std::unique_ptr<lab::PathChannel> channel;
    };
    Taken<Keyed> channel(KeyId id, const transfer::Iv& mask = {});

    // Findings that did not end the case: loose passes.
    const std::vector<Finding>& notes() const { return notes_; }
    // The requirements that were judged so far, held or not, each once. What the target does not have judges
    // none.
    const std::vector<std::string>& judged() const { return judged_; }

   private:
    void judge(const Rules& rules);
    static Finding finding(std::string_view requirement, std::string expected, std::string got);
    static Finding refusal(const lab::PathRefusal& refusal, std::string_view requirement,
                           const std::string& what);
    CheckResult refused_by(const lab::PathRefusal& refusal, std::initializer_list<Status> statuses,
                           std::string_view requirement, const std::string& what);

    const lab::PathTarget& target_;
    Bytes secret_;
    lab::PathScript script_;
    std::vector<Finding> notes_;
    std::vector<std::string> judged_;
};

// Both ends over one memory. An end that the target does not have is the reference's.
class Path {
   public:
    static Taken<std::unique_ptr<Path>> make(CaseContext& test, const PathConfig& config = {});
    // And made ready.
    static Taken<std::unique_ptr<Path>> open(CaseContext& test, const PathConfig& config = {});

    lab::PathGuest& guest() { return *guest_; }
    lab::PathGpu& gpu() { return *gpu_; }
    std::span<uint8_t> shared() { return shared_; }
    std::span<uint8_t> semaphore() { return std::span(shared_).first(transfer::kSemaphoreSize); }
    // Page `index` of a staging buffer that is full, and its tag.
    std::span<uint8_t> page(size_t buffer, size_t index);
    std::span<uint8_t> tag(size_t buffer, size_t index);
    bool shared_holds(ByteView secret) const;
    ByteView device(size_t address, size_t size) { return gpu_->memory().subspan(address, size); }

    // One staging buffer's worth and its end. What refused first, on either end.
    PathResult<> write(uint64_t address, ByteView data, uint32_t channel = 0,
                       Traffic traffic = Traffic::data);
    PathResult<Bytes> read(uint64_t address, size_t size, uint32_t channel = 0);
    PathResult<> rotate(uint32_t channel = 0);
    PathResult<> run(const PathResult<transfer::Transfer>& transfer, std::span<uint8_t> out = {});

   private:
    explicit Path(const PathConfig& config) : config_(config), shared_(lab::kPathSharedSize) {}

    PathConfig config_;
    Bytes shared_;
    std::unique_ptr<lab::PathTarget> stand_in_;
    std::unique_ptr<lab::PathGuest> guest_;
    std::unique_ptr<lab::PathGpu> gpu_;
};

// Bytes that can be recognised.
Bytes tenant_data(size_t size);
// Whether 16 bytes in a row of the secret, which is at least as long, occur in what was seen.
bool holds_part(ByteView seen, ByteView secret);

// A case: one literal, with its body in it. Its id never changes and is never used again for another.
struct PathCase {
    std::string id;     // "path/what-it-does", in lower case
    std::string title;  // a sentence: what must hold
    std::vector<std::string> requirements;
    std::function<CheckResult(CaseContext&)> run;
};
using PathCases = std::vector<PathCase>;

inline void add(PathCases& cases, std::span<const PathCase> more) {
    cases.insert(cases.end(), more.begin(), more.end());
}

// One function a file.
void add_keys(PathCases& cases);
void add_ivs(PathCases& cases);
void add_blocks(PathCases& cases);
void add_rotation(PathCases& cases);
void add_work(PathCases& cases);
void add_faults(PathCases& cases);
void add_rpc(PathCases& cases);
void add_semaphores(PathCases& cases);
void add_staging(PathCases& cases);
void add_copies(PathCases& cases);
void add_life(PathCases& cases);

}  // namespace assay::cases::path
