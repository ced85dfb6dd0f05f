#include "conformance/suites/transfer/case_context.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/lab/transfer_reference.h"
#include "stack/base/random.h"
#include "stack/base/ranges.h"

namespace assay::cases::path {

namespace {

constexpr size_t kPart = 16;

std::string in_words(const lab::PathRefusal& refusal) {
    return refusal.status ? "refused with " + std::string(transfer::name(*refusal.status)) : "not there";
}

}  // namespace

CaseContext::CaseContext(const lab::PathTarget& target)
    : target_(target), secret_(SeededRandom(4711).bytes(transfer::kExportSecretSize)), script_(secret_) {}

Finding CaseContext::finding(std::string_view requirement, std::string expected, std::string got) {
    return {Verdict::fail, std::string(requirement), std::move(expected), std::move(got)};
}

Finding CaseContext::refusal(const lab::PathRefusal& refusal, std::string_view requirement,
                             const std::string& what) {
    if (!refusal.gone.empty()) return {Verdict::dead, {}, what, refusal.gone};
    if (!refusal.status) return {Verdict::not_applicable, {}, {}, "the target does not have this: " + what};
    return finding(requirement, what + ": done", in_words(refusal));
}

CheckResult CaseContext::refused_by(const lab::PathRefusal& refusal, std::initializer_list<Status> statuses,
                                    std::string_view requirement, const std::string& what) {
    if (!refusal.status) return std::unexpected(CaseContext::refusal(refusal, requirement, what));
    if (std::ranges::find(statuses, *refusal.status) != statuses.end()) return {};
    Finding note = finding(requirement, what + ": refused with " + std::string(name(*statuses.begin())),
                           in_words(refusal));
    note.verdict = Verdict::loose_pass;
    notes_.push_back(std::move(note));
    return {};
}

void CaseContext::judge(const Rules& rules) {
    for (std::string_view id : rules.all()) {
        if (!contains(judged_, id)) judged_.emplace_back(id);
    }
}

CheckResult CaseContext::that(bool holds, const Rules& rules, std::string expected, std::string got) {
    judge(rules);
    if (holds) return {};
    return std::unexpected(finding(rules.first(), std::move(expected), std::move(got)));
}

CheckResult CaseContext::same(ByteView got, ByteView due, const Rules& rules, std::string_view what) {
    const auto first = static_cast<size_t>(std::ranges::mismatch(got, due).in1 - got.begin());
    ByteView was = got.subspan(first), should = due.subspan(first);
    if (got.size() == due.size()) {
        while (!was.empty() && was.back() == should.back()) {
            was = was.first(was.size() - 1);
            should = should.first(should.size() - 1);
        }
    }
    return that(was.empty() && should.empty(), rules,
                fmt::format("{} of {} bytes, from byte {} on: {}", what, due.size(), first, to_hex(should)),
                fmt::format("{} bytes, from there on: {}", got.size(), to_hex(was)));
}

CheckResult CaseContext::needs(bool there, std::string what) {
    if (there) return {};
    return std::unexpected(
        Finding{Verdict::not_applicable, {}, {}, "the target does not have this: " + std::move(what)});
}

Taken<CaseContext::Keyed> CaseContext::channel(KeyId id, const transfer::Iv& mask) {
    Keyed keyed;
    keyed.key = TRY(taken(target_.key(secret_, id), "ASSAY-TRF-002", "a key is expanded"));
    keyed.channel = TRY(taken(keyed.key->channel(mask), "ASSAY-TRF-016", "a channel is opened"));
    return keyed;
}

Taken<std::unique_ptr<Path>> Path::make(CaseContext& test, const PathConfig& config) {
    std::unique_ptr<Path> path(new Path(config));
    path->stand_in_ = lab::reference_path();
    const auto is_missing = [](const auto& end) {
        return !end && !end.error().status && end.error().gone.empty();
    };
    auto guest = test.target().guest(test.secret(), path->shared_, config);
    auto gpu = test.target().gpu(test.secret(), path->shared_, config);
    // One that the target lacks is ours; with two of ours nothing of the target would be tested.
    TRY(test.needs(!is_missing(guest) || !is_missing(gpu), "an end of a path"));
    if (is_missing(guest)) guest = path->stand_in_->guest(test.secret(), path->shared_, config);
    if (is_missing(gpu)) gpu = path->stand_in_->gpu(test.secret(), path->shared_, config);
    path->guest_ = TRY(test.taken(std::move(guest), "ASSAY-TRF-084", "the guest's end is made"));
    path->gpu_ = TRY(test.taken(std::move(gpu), "ASSAY-TRF-084", "the GPU's end is made"));
    return path;
}

Taken<std::unique_ptr<Path>> Path::open(CaseContext& test, const PathConfig& config) {
    auto path = TRY(make(test, config));
    for (lab::PathEnd* end :
         {static_cast<lab::PathEnd*>(path->guest_.get()), static_cast<lab::PathEnd*>(path->gpu_.get())}) {
        auto ready = test.taken(end->set_ready(), "ASSAY-TRF-084", "an end is made ready");
        if (!ready) return std::unexpected(std::move(ready).error());
    }
    return path;
}

std::span<uint8_t> Path::page(size_t buffer, size_t index) {
    const transfer::StagingLayout& layout = config_.staging;
    const size_t tags = layout.buffer_size / layout.page_size * crypto::kAeadTagSize;
    const size_t stride = layout.buffer_size + tags;
    return std::span(shared_).subspan(transfer::kStagingAt + buffer * stride + index * layout.page_size,
                                      layout.page_size);
}

std::span<uint8_t> Path::tag(size_t buffer, size_t index) {
    const transfer::StagingLayout& layout = config_.staging;
    const auto behind = static_cast<size_t>(page(buffer, 0).data() - shared_.data()) + layout.buffer_size;
    return std::span(shared_).subspan(behind + index * crypto::kAeadTagSize, crypto::kAeadTagSize);
}

bool Path::shared_holds(ByteView secret) const { return holds_part(shared_, secret); }

PathResult<> Path::run(const PathResult<transfer::Transfer>& transfer, std::span<uint8_t> out) {
    if (!transfer) return std::unexpected(transfer.error());
    auto executed = gpu_->execute(transfer->submission);
    if (!executed) return std::unexpected(executed.error());
    return guest_->finish(transfer->id, out);
}

PathResult<> Path::write(uint64_t address, ByteView data, uint32_t channel, Traffic traffic) {
    return run(guest_->begin_write(channel, traffic, address, data));
}

PathResult<Bytes> Path::read(uint64_t address, size_t size, uint32_t channel) {
    Bytes out(size);
    TRY(run(guest_->begin_read(channel, address, size), out));
    return out;
}

PathResult<> Path::rotate(uint32_t channel) { return run(guest_->begin_rotation(channel)); }

Bytes tenant_data(size_t size) { return SeededRandom(size ^ 0x7e4a47).bytes(size); }

bool holds_part(ByteView seen, ByteView secret) {
    for (size_t at = 0; at + kPart <= secret.size(); ++at) {
        if (!std::ranges::search(seen, secret.subspan(at, kPart)).empty()) return true;
    }
    return false;
}

}  // namespace assay::cases::path
