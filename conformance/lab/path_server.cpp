#include "conformance/lab/path_server.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "conformance/lab/framed_child.h"
#include "stack/base/reader.h"
#include "stack/base/writer.h"

namespace assay::lab {

namespace {

using Frame = PathServer::Frame;

Frame refusal(const PathRefusal& why) {
    if (!why.status) return {};
    return {PathFrame::refused, to_bytes(as_bytes(transfer::name(*why.status)))};
}

Frame number(size_t value) {
    Writer content;
    content.u32(static_cast<uint32_t>(value));
    return {PathFrame::number, std::move(content).take()};
}

Frame done(const PathResult<>& result) {
    return result ? Frame{PathFrame::done, {}} : refusal(result.error());
}

Frame done(bool can) { return can ? Frame{PathFrame::done, {}} : Frame{}; }

Frame block(const PathResult<PathBlock>& sealed) {
    if (!sealed) return refusal(sealed.error());
    Writer content;
    content.u32(sealed->version).bytes(sealed->tag).bytes(sealed->text);
    return {PathFrame::block, std::move(content).take()};
}

std::optional<transfer::KeyId> key_of(ByteView label) {
    const auto all = transfer::keys();
    for (size_t i = 0; i < all.size(); ++i) {
        if (equal(as_bytes(all[i].label), label)) return static_cast<transfer::KeyId>(i);
    }
    return std::nullopt;
}

// One of those that were made.
template <class T>
T* made(const std::vector<std::unique_ptr<T>>& list, Reader& reader) {
    const auto at = reader.u32("number");
    return at && *at < list.size() ? list[*at].get() : nullptr;
}

// Of a channel: what has AAD and text.
Result<Frame> sealed(PathChannel& channel, PathFrame request, Reader& reader) {
    uint32_t iv = 0, version = 0;
    ByteView tag;
    if (request == PathFrame::seal_with) iv = TRY(reader.u32("IV"));
    if (request == PathFrame::open) {
        version = TRY(reader.u32("version"));
        tag = TRY(reader.take(crypto::kAeadTagSize, "tag"));
    }
    const ByteView aad = TRY(reader.take(TRY(reader.u32("size of the AAD")), "AAD"));
    const ByteView text = reader.rest();
    if (request == PathFrame::seal) return block(channel.seal(aad, text));
    if (request == PathFrame::seal_with) return block(channel.seal_with(iv, aad, text));
    Bytes out(text.size());
    const auto opened =
        channel.open(aad, {.version = version, .text = to_bytes(text), .tag = to_bytes(tag)}, out);
    return opened ? Frame{PathFrame::text, std::move(out)} : refusal(opened.error());
}

Result<Frame> of_channel(PathChannel& channel, PathFrame request, Reader& reader) {
    switch (request) {
        case PathFrame::seal:
        case PathFrame::open:
        case PathFrame::seal_with: return sealed(channel, request, reader);
        case PathFrame::skip: return done(channel.skip());
        case PathFrame::take_iv: {
            const auto taken = channel.take_iv();
            return taken ? number(*taken) : refusal(taken.error());
        }
        case PathFrame::rotate_iv: return done(channel.rotate_iv());
        case PathFrame::may_rotate: return done(channel.may_rotate());
        case PathFrame::set_counted: return done(channel.set_counted(TRY(reader.u64("messages"))));
        case PathFrame::ended: {
            channel.ended(TRY(reader.u64("messages")));
            return done(true);
        }
        default: return Frame{};
    }
}

Result<Frame> of_key(PathKey& key, PathFrame request, Reader& reader) {
    switch (request) {
        case PathFrame::rotate_key: return done(key.rotate());
        case PathFrame::set_next_channel: return done(key.set_next_channel(TRY(reader.u64("counter"))));
        case PathFrame::set_work_limit: return done(key.set_work_limit(TRY(reader.u64("limit"))));
        case PathFrame::close_key: key.close(); return done(true);
        default: return Frame{};
    }
}

bool read_all(int input, std::span<uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t size = ::read(input, bytes.data(), bytes.size());
        if (size <= 0) return false;
        bytes = bytes.subspan(static_cast<size_t>(size));
    }
    return true;
}

bool write_all(int output, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t size = ::write(output, bytes.data(), bytes.size());
        if (size <= 0) return false;
        bytes = bytes.subspan(static_cast<size_t>(size));
    }
    return true;
}

}  // namespace

PathServer::Frame PathServer::answer(uint8_t type, ByteView content) {
    const auto request = static_cast<PathFrame>(type);
    Reader reader(content);
    if (request == PathFrame::make_key) {
        const auto size = reader.u8("size of the label");
        const auto label = size ? reader.take(*size, "label") : std::unexpected(size.error());
        const auto id = label ? key_of(*label) : std::nullopt;
        if (!id) return {};
        auto key = target_.key(reader.rest(), *id);
        if (!key) return refusal(key.error());
        keys_.push_back(std::move(*key));
        return number(keys_.size() - 1);
    }
    if (request == PathFrame::next_channel) {
        PathKey* key = made(keys_, reader);
        const auto bytes = reader.take(transfer::Iv{}.size(), "mask");
        if (key == nullptr || !bytes) return {};
        transfer::Iv mask{};
        std::ranges::copy(*bytes, mask.begin());
        auto channel = key->channel(mask);
        if (!channel) return refusal(channel.error());
        channels_.push_back(std::move(*channel));
        return number(channels_.size() - 1);
    }
    const bool about_key = request == PathFrame::rotate_key || request == PathFrame::close_key ||
                           request == PathFrame::set_next_channel || request == PathFrame::set_work_limit;
    PathKey* key = about_key ? made(keys_, reader) : nullptr;
    PathChannel* channel = about_key ? nullptr : made(channels_, reader);
    Result<Frame> answered = Frame{};
    if (key != nullptr) answered = of_key(*key, request, reader);
    if (channel != nullptr) answered = of_channel(*channel, request, reader);
    return answered.value_or(Frame{});
}

void serve_path(const PathTarget& target, int input, int output) {
    PathServer server(target);
    while (true) {
        std::array<uint8_t, kFrameLength> length{};
        if (!read_all(input, length)) return;
        Reader reader(length);
        const uint32_t size = *reader.u32("length");
        if (size == 0 || size > kMostInFrame) return;
        Bytes request(size);
        if (!read_all(input, request)) return;
        const Frame frame = server.answer(request.front(), ByteView(request).subspan(1));
        if (!write_all(output, to_frame(static_cast<uint8_t>(frame.type), frame.content))) return;
    }
}

}  // namespace assay::lab
