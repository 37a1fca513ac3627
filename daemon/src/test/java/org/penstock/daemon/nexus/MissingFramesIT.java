package org.penstock.daemon.nexus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.frame.FrameSet;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.Hdf5Dataset;
import org.penstock.daemon.hdf5.Hdf5File;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.protocol.FrameRange;

/** The list of missing frames: indices while they are few, ranges when they are many, cut in a master when even those are. */
final class MissingFramesIT {
    @TempDir
    private Path folder;

    @Test
    void shouldListFewAsIndices() {
        MissingFrames missing =
                MissingFrames.of(List.of(new FrameRange(3, 1), new FrameRange(10, MissingFrames.MOST_INDICES - 1)));

        assertThat(written(missing, "print(m.dtype, m.shape, m[0], m[1], m[-1], dict(m.attrs))"))
                .isEqualTo("int64 (100000,) 3 10 100008 {}");
        assertThat(read(new FrameRange(0, 1_000_000))).isEqualTo(missing);
    }

    @Test
    void shouldListManyAsRanges() {
        MissingFrames missing =
                MissingFrames.of(List.of(new FrameRange(3, 1), new FrameRange(10, MissingFrames.MOST_INDICES)));

        assertThat(written(missing, "print(m.dtype, m[()].tolist(), m.attrs['frames'])"))
                .isEqualTo("int64 [[3, 1], [10, 100000]] 100001");
        assertThat(read(new FrameRange(0, 1_000_000))).isEqualTo(missing);
    }

    @Test
    void shouldCutAListForAMaster() {
        FrameSet present = new FrameSet();
        LongStream.range(0, 150_000).forEach(i -> present.add(2 * i + 1));
        MissingFrames missing = MissingFrames.of(present, 300_000);

        assertThat(missing.isWhole()).isFalse();
        assertThat(written(missing, "print(m.shape, m[-1].tolist(), m.attrs['frames'])"))
                .isEqualTo("(100000, 2) [199998, 1] 150000");
        assertThat(read(new FrameRange(0, 300_000))).isEqualTo(missing);
    }

    @Test
    void shouldNotBelieveAListOfOtherFrames() {
        written(MissingFrames.of(List.of(new FrameRange(3, 1), new FrameRange(10, 200_000))), "print()");

        assertThatThrownBy(() -> read(new FrameRange(0, 200_000)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("missing frames of another file")
                .hasMessageContaining("/missing");
    }

    private String written(MissingFrames missing, String statement) {
        try (Hdf5File file = Hdf5File.create(folder.resolve("list.h5"))) {
            missing.write(file.root(), "missing");
            file.flush();
        }
        return ForeignReader.h5py(folder.resolve("list.h5"), "m = f['missing']\n" + statement);
    }

    private MissingFrames read(FrameRange of) {
        try (Hdf5File file = Hdf5File.openReadOnly(folder.resolve("list.h5"));
                Hdf5Dataset list = file.root().openDataset("missing")) {
            return MissingFrames.read(list, of);
        }
    }
}
