package org.penstock.daemon.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file on a bad disk: takes at most so many bytes a write, and from one call on fails after having taken some. */
final class FaultyChannel extends FileChannel {
    private final FileChannel file;
    private final int bytesPerWrite;
    private final int goodCalls;
    private int calls;

    FaultyChannel(Path file, int bytesPerWrite, int goodCalls) throws IOException {
        this.file = FileChannel.open(file, StandardOpenOption.WRITE);
        this.bytesPerWrite = bytesPerWrite;
        this.goodCalls = goodCalls;
    }

    int calls() {
        return calls;
    }

    @Override
    public int write(ByteBuffer bytes, long at) throws IOException {
        calls++;
        if (calls == goodCalls + 1) {
            file.write(bytes.slice(bytes.position(), bytes.remaining() / 2), at);
        }
        failAfterGoodCalls();
        int taken = Math.min(bytes.remaining(), bytesPerWrite);
        int written = file.write(bytes.slice(bytes.position(), taken), at);
        bytes.position(bytes.position() + written);
        return written;
    }

    @Override
    public void force(boolean metadata) throws IOException {
        calls++;
        failAfterGoodCalls();
        file.force(metadata);
    }

    private void failAfterGoodCalls() throws IOException {
        if (calls > goodCalls) {
            throw new IOException("Input/output error, call " + calls);
        }
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }

    @Override
    public int read(ByteBuffer target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer target, long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer source) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long position() {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel position(long newPosition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel truncate(long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }
}
