#include "stack/transfer/guest_endpoint.h"

#include <algorithm>
#include <deque>

namespace assay::transfer {

Checked<std::unique_ptr<GuestEndpoint>> GuestEndpoint::make(SecretBytes export_secret,
                                                            std::span<uint8_t> shared,
                                                            const EndpointConfig& config) {
    Parts parts = TRY(make_parts(Side::guest, std::move(export_secret), shared, config));
    Channel completions = TRY(completion_channel(parts));
    return std::unique_ptr<GuestEndpoint>(new GuestEndpoint(std::move(parts), std::move(completions)));
}

GuestEndpoint::GuestEndpoint(Parts parts, Channel completions)
    : Endpoint(std::move(parts)),
      pool_(parts_.staging, parts_.config.checker),
      completions_(std::move(completions)) {}

void GuestEndpoint::forget() {
    completions_.channel().forget();
    for (const auto& [id, one] : flying_) {
        if (one.op == CopyOp::write || one.op == CopyOp::read) pool_.give_back(one.buffer);
    }
    flying_.clear();
}

Checked<Channel*> GuestEndpoint::writing_channel(uint32_t channel, Traffic traffic) {
    if (traffic == Traffic::code) return &parts_.code;
    return &parts_.data[channel].to_gpu;
}

Checked<> GuestEndpoint::check_copy(uint32_t channel, size_t size) const {
    TRY(latch_.require_ready());
    // Not to be waived: memory is at stake.
    if (channel >= parts_.data.size()) return std::unexpected(Refusal{Check::copy_channel, {}});
    if (size == 0 || size > parts_.staging.layout().buffer_size) {
        return std::unexpected(Refusal{Check::copy_size, {}});
    }
    return {};
}

Checked<Slots> GuestEndpoint::stage(Channel& to_gpu, size_t buffer, ByteView data, Executor& executor) {
    const bool copied_first = checker().has(Defect::staging_clear_first);
    pieces_.clear();
    for (size_t i = 0; i < parts_.staging.pages(data.size()); ++i) {
        const std::span<uint8_t> page = parts_.staging.page(buffer, i, data.size());
        const ByteView part = data.subspan(i * parts_.staging.layout().page_size, page.size());
        if (copied_first) std::ranges::copy(part, page.begin());
        pieces_.push_back({copied_first ? ByteView(page) : part, page, parts_.staging.tag(buffer, i)});
    }
    return to_gpu.seal_run(pieces_, executor);
}

Checked<Transfer> GuestEndpoint::begun(const CopyCommand& command, Flying flying) {
    TRY(completions_.expect());
    Bytes submission = TRY(submit(to_methods(command)));
    flying_.emplace(++last_id_, flying);
    return Transfer{.id = last_id_, .submission = std::move(submission)};
}

Checked<Transfer> GuestEndpoint::begin_write(uint32_t channel, Traffic traffic, uint64_t address,
                                             ByteView data, Executor& executor) {
    TRY(check_copy(channel, data.size()));
    Channel& to_gpu = *TRY(writing_channel(channel, traffic));
    const size_t buffer = TRY(pool_.take());
    Checked<Slots> staged = stage(to_gpu, buffer, data, executor);
    if (!staged) {
        pool_.give_back(buffer);
        return std::unexpected(std::move(staged).error());
    }
    return begun(
        {.op = CopyOp::write,
         .traffic = traffic,
         .channel = channel,
         .buffer = static_cast<uint32_t>(buffer),
         .size = static_cast<uint32_t>(data.size()),
         .address = address,
         .version = staged->version,
         .message = static_cast<uint32_t>(staged->first)},
        {.op = CopyOp::write, .channel = channel, .buffer = buffer, .size = data.size(), .slots = *staged});
}

Checked<Transfer> GuestEndpoint::begin_read(uint32_t channel, uint64_t address, size_t size) {
    TRY(check_copy(channel, size));
    const size_t buffer = TRY(pool_.take());
    const auto pages = static_cast<uint32_t>(parts_.staging.pages(size));
    Checked<Slots> slots = parts_.data[channel].to_cpu.reserve(pages, size);
    if (!slots) {
        pool_.give_back(buffer);
        return std::unexpected(std::move(slots).error());
    }
    return begun({.op = CopyOp::read,
                  .channel = channel,
                  .buffer = static_cast<uint32_t>(buffer),
                  .size = static_cast<uint32_t>(size),
                  .address = address,
                  .version = slots->version,
                  .message = static_cast<uint32_t>(slots->first)},
                 {.op = CopyOp::read, .channel = channel, .buffer = buffer, .size = size, .slots = *slots});
}

Checked<Transfer> GuestEndpoint::begin_rotation(uint32_t channel) {
    TRY(latch_.require_ready());
    if (channel >= parts_.data.size()) return std::unexpected(Refusal{Check::copy_channel, {}});
    DataChannel& one = parts_.data[channel];
    const uint32_t version = one.to_gpu_keys->version() + 1;
    const bool kept = std::ranges::none_of(flying_, [&](const auto& entry) {
        return entry.second.channel == channel && entry.second.op <= CopyOp::read &&
               entry.second.slots.version + kKeptVersions <= version;
    });
    TRY(checker().demand(Check::rotation_in_flight, kept));
    TRY(one.rotation.begin());
    const uint64_t sealed = one.to_gpu.counted();
    if (!one.to_gpu_keys->rotate() || !one.to_cpu_keys->rotate()) {
        one.rotation.fail();
        return std::unexpected(Refusal{Check::rotation_failed, {}});
    }
    return begun(
        {.op = CopyOp::rotate, .channel = channel, .size = static_cast<uint32_t>(sealed), .version = version},
        {.op = CopyOp::rotate, .channel = channel});
}

Checked<Transfer> GuestEndpoint::begin_iv_rotation(uint32_t channel) {
    TRY(latch_.require_ready());
    if (channel >= parts_.data.size()) return std::unexpected(Refusal{Check::copy_channel, {}});
    const bool idle =
        std::ranges::none_of(flying_, [&](const auto& entry) { return entry.second.channel == channel; });
    TRY(checker().demand(Check::iv_rotation_in_flight, idle));
    TRY(parts_.data[channel].to_gpu.rotate_iv());
    TRY(parts_.data[channel].to_cpu.rotate_iv());
    return begun({.op = CopyOp::rotate_iv, .channel = channel},
                 {.op = CopyOp::rotate_iv, .channel = channel});
}

Checked<> GuestEndpoint::is_executed(uint32_t id) {
    const uint32_t executed = TRY(settled(completions_.read(parts_.semaphore)));
    // Numbers wrap, and few are in flight.
    return checker().demand(Check::copy_pending, static_cast<int32_t>(executed - id) >= 0);
}

Checked<> GuestEndpoint::take_read(const Flying& flying, std::span<uint8_t> out, Executor& executor) {
    pieces_.clear();
    const bool in_place = checker().has(Defect::plaintext_in_staging);
    for (size_t i = 0; i < flying.slots.count; ++i) {
        const std::span<uint8_t> page = parts_.staging.page(flying.buffer, i, flying.size);
        const auto part = out.subspan(i * parts_.staging.layout().page_size, page.size());
        pieces_.push_back({page, in_place ? page : part, parts_.staging.tag(flying.buffer, i)});
    }
    Slots slots = flying.slots;
    Checked<> opened = parts_.data[flying.channel].to_cpu.open_at(slots, {}, pieces_, executor);
    if (in_place && opened) {
        auto at = out.begin();
        for (const Piece& piece : pieces_) at = std::ranges::copy(piece.out, at).out;
    }
    return opened;
}

Checked<> GuestEndpoint::finish(uint32_t id, std::span<uint8_t> out, Executor& executor) {
    TRY(latch_.require_open());
    auto found = flying_.find(id);
    if (found == flying_.end()) return std::unexpected(Refusal{Check::copy_ticket, {}});
    const Flying flying = found->second;
    const size_t read = flying.op == CopyOp::read ? flying.size : 0;
    if (out.size() != read) return std::unexpected(Refusal{Check::copy_size, {}});
    TRY(is_executed(id));
    if (flying.op == CopyOp::read) TRY(settled(take_read(flying, out, executor)));
    // One that came too late has failed all the same.
    Rotation& rotation = parts_.data[flying.channel].rotation;
    if (flying.op == CopyOp::rotate && !rotation.failed()) TRY(rotation.complete());
    if (checker().has(Defect::ticket_kept)) return {};
    if (flying.op <= CopyOp::read) pool_.give_back(flying.buffer);
    flying_.erase(found);
    return {};
}

Checked<> GuestEndpoint::finish_awaited(Doorbell& doorbell, uint32_t id, std::span<uint8_t> out,
                                        Executor& executor) {
    while (true) {
        Checked<> finished = finish(id, out, executor);
        if (finished || info(finished.error().check).effect != Effect::later) return finished;
        if (!doorbell.wait()) return finished;
    }
}

namespace {

// What a whole copy has in flight.
struct Part {
    uint32_t id;
    std::span<uint8_t> out;
};

bool is_full(const Checked<Transfer>& transfer) {
    return !transfer && transfer.error().check == Check::staging_full;
}

}  // namespace

Checked<> GuestEndpoint::copy_to_gpu(Doorbell& doorbell, uint32_t channel, Traffic traffic, uint64_t address,
                                     ByteView data, Executor& executor) {
    std::deque<uint32_t> parts;
    const auto finish_one = [&]() -> Checked<> {
        const uint32_t id = parts.front();
        parts.pop_front();
        return finish_awaited(doorbell, id, {}, executor);
    };
    for (size_t at = 0; at < data.size();) {
        if (parts.size() >= parts_.config.depth) TRY(finish_one());
        const ByteView part =
            data.subspan(at, std::min(parts_.staging.layout().buffer_size, data.size() - at));
        Checked<Transfer> transfer = begin_write(channel, traffic, address + at, part, executor);
        if (is_full(transfer) && !parts.empty()) {
            TRY(finish_one());
            continue;
        }
        if (!transfer) return std::unexpected(std::move(transfer).error());
        doorbell.ring(transfer->submission);
        parts.push_back(transfer->id);
        at += part.size();
        // A buffer that is free again at once is still in the caches when it is used next.
        while (!parts.empty() && finish(parts.front(), {}, executor)) parts.pop_front();
    }
    while (!parts.empty()) TRY(finish_one());
    return {};
}

Checked<> GuestEndpoint::copy_to_cpu(Doorbell& doorbell, uint32_t channel, uint64_t address,
                                     std::span<uint8_t> out, Executor& executor) {
    std::deque<Part> parts;
    const auto finish_one = [&]() -> Checked<> {
        const Part part = parts.front();
        parts.pop_front();
        Checked<> finished = finish_awaited(doorbell, part.id, part.out, executor);
        if (!finished) wipe(out);
        return finished;
    };
    for (size_t at = 0; at < out.size();) {
        if (parts.size() >= parts_.config.depth) TRY(finish_one());
        const auto part = out.subspan(at, std::min(parts_.staging.layout().buffer_size, out.size() - at));
        Checked<Transfer> transfer = begin_read(channel, address + at, part.size());
        if (is_full(transfer) && !parts.empty()) {
            TRY(finish_one());
            continue;
        }
        if (!transfer) {
            wipe(out);
            return std::unexpected(std::move(transfer).error());
        }
        doorbell.ring(transfer->submission);
        parts.push_back({transfer->id, part});
        at += part.size();
        while (!parts.empty() && finish(parts.front().id, parts.front().out, executor)) parts.pop_front();
    }
    while (!parts.empty()) TRY(finish_one());
    return {};
}

}  // namespace assay::transfer
