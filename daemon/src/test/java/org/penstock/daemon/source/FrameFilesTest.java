package org.penstock.daemon.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.protocol.ElementType;

class FrameFilesTest {
    /** What Python prints of an array to compare: type, shape of a frame, CRC-32 of each frame's little-endian bytes. */
    private static final String SUM = """
            import zlib
            def show(frames):
                frames = [numpy.asarray(f) for f in frames]
                little = [numpy.ascontiguousarray(f.astype(f.dtype.newbyteorder("<"))) for f in frames]
                shape = ", ".join(str(n) for n in frames[0].shape)
                print(frames[0].dtype.kind + str(frames[0].dtype.itemsize), "[" + shape + "]",
                      *(zlib.crc32(f.tobytes()) for f in little))
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"u1", "<u2", "<u4", "<u8", "i1", "<i2", "<i4", "<i8", "<f4", "<f8", ">u2", ">i4", ">f8"})
    void shouldReadNpyOfEveryType(String dtype) throws Exception {
        String expected = numpy("a = (numpy.arange(60) * 7 - 3).astype('" + dtype + "').reshape(5, 3, 4)\n"
                + "numpy.save('a.npy', a)\nshow(a)");

        assertThat(summary("a.npy")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"(7,);1", "(4, 9);1", "(3, 4, 5);1", "(2, 3, 4, 5);1", "(3, 4, 5);2", "(3, 4, 5);3"})
    void shouldReadNpyOfEveryDimensionAndVersion(String shape, int version) throws Exception {
        String expected = numpy("""
                a = (numpy.arange(numpy.prod(%s)) * 3).astype('u2').reshape(%s)
                with open('a.npy', 'wb') as f:
                    numpy.lib.format.write_array(f, a, (%d, 0))
                show(a)
                """.replace("%s", shape).replace("%d", String.valueOf(version)));

        assertThat(summary("a.npy")).isEqualTo(expected);
    }

    @Test
    void shouldTakeAnArrayAsOneFrameWhenToldItsDimensions() throws Exception {
        String expected = numpy("a = numpy.arange(12, dtype='u2').reshape(3, 4)\nnumpy.save('a.npy', a)\nshow([a])");

        assertThat(summary(new FrameFiles.Hints(null, null, 2), "a.npy")).isEqualTo(expected);
    }

    @Test
    void shouldReadGzippedNpy() throws Exception {
        String expected = numpy("""
                import gzip
                a = numpy.arange(3 * 200 * 100).astype('u4').reshape(3, 200, 100)
                with gzip.open('a.npy.gz', 'wb') as f:
                    numpy.save(f, a)
                show(a)
                """);

        assertThat(summary("a.npy.gz")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "numpy.zeros((3, 4), order='F'); array is in Fortran order",
                "numpy.zeros(3, dtype=[('x', 'u2')]); structured arrays are not frames",
                "numpy.zeros((3, 4), dtype='c8'); element type not supported",
                "numpy.zeros((0, 4)); array is empty",
                "numpy.zeros(()); a single value is no array"
            })
    void shouldSayWhyAnNpyIsNotFrames(String array, String problem) throws Exception {
        numpy("numpy.save('a.npy', " + array + ")");

        assertThatThrownBy(() -> summary("a.npy"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void shouldRefuseAnNpyThatIsCutOff() throws Exception {
        numpy("numpy.save('a.npy', numpy.zeros((3, 4)))\nopen('b.npy', 'wb').write(open('a.npy', 'rb').read()[:-1])");

        assertThatThrownBy(() -> summary("b.npy"))
                .hasMessageContaining("too short for its shape")
                .hasMessageContaining("expectedBytes=224, actualBytes=223");
    }

    @Test
    void shouldReadRawFilesOfEitherByteOrder() throws Exception {
        String expected = numpy("""
                a = numpy.arange(24, dtype='u2').reshape(2, 3, 4)
                a.tofile('a.raw')
                a.astype('>u2').tofile('b.raw')
                show(a)
                """);

        assertThat(summary(new FrameFiles.Hints("uint16", List.of(3L, 4L), null), "a.raw"))
                .isEqualTo(expected);
        assertThat(summary(new FrameFiles.Hints(">u2", List.of(3L, 4L), null), "b.raw"))
                .isEqualTo(expected);
    }

    @Test
    void shouldRefuseRawThatIsNotAWholeNumberOfFrames() throws Exception {
        Files.write(folder.resolve("a.raw"), new byte[50]);

        assertThatThrownBy(() -> summary(new FrameFiles.Hints("u2", List.of(3L, 4L), null), "a.raw"))
                .hasMessageContaining("expectedBytes=multiple of 24, actualBytes=50");
    }

    @Test
    void shouldJoinFilesAndRefuseOnesThatDiffer() throws Exception {
        String expected = numpy("""
                a = numpy.arange(24, dtype='u2').reshape(2, 3, 4)
                numpy.save('a.npy', a)
                numpy.save('b.npy', a[:1] + 1)
                numpy.save('c.npy', a.astype('u4'))
                show(list(a) + list(a[:1] + 1) + list(a))
                """);

        assertThat(summary("a.npy", "b.npy", "a.npy")).isEqualTo(expected);
        assertThatThrownBy(() -> summary("a.npy", "c.npy"))
                .hasMessageContaining("a.npy has u2 [3, 4]")
                .hasMessageContaining("c.npy has u4 [3, 4]");
    }

    @Test
    void shouldSayWhatToDoWithAFileItDoesNotKnow() throws Exception {
        Files.write(folder.resolve("a.bin"), new byte[50]);

        assertThatThrownBy(() -> summary("a.bin")).hasMessageContaining("--dtype u2 --shape 512,512");
        assertThatThrownBy(() -> summary("none.npy")).hasMessageContaining("no such file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"})
    void shouldReadEdfAsFabioWritesIt(String dtype) throws Exception {
        String expected = run("numpy, fabio", """
                frames = [(numpy.arange(12).reshape(3, 4) * k).astype('%s') for k in range(1, 4)]
                image = fabio.edfimage.EdfImage(data=frames[0], header={"title": "a } b ; {"})
                for f in frames[1:]:
                    image.append_frame(data=f)
                image.write('a.edf')
                show(frames)
                """.replace("%s", dtype));

        assertThat(summary("a.edf")).isEqualTo(expected);
    }

    @Test
    void shouldReadBigEndianEdfWithoutSizes() throws Exception {
        String header = """
                {
                HeaderID = EH:1 ;
                ByteOrder = HighByteFirst ;
                DataType = UnsignedShort ;
                Dim_1 = 2 ;
                Dim_2 = 1 ;
                }
                """;
        byte[] text = header.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Files.write(
                folder.resolve("a.edf"),
                ByteBuffer.allocate(text.length + 4)
                        .put(text)
                        .putInt(0x01020304)
                        .array());

        try (FrameSource source = open(FrameFiles.Hints.NONE, "a.edf")) {
            ByteBuffer frame = frame(source, 0);
            assertThat(source.frameShape()).containsExactly(1L, 2L);
            assertThat(frame.getInt(frame.position())).isEqualTo(0x03040102);
        }
    }

    @Test
    void shouldNameTheFrameThatWasCutOff() throws Exception {
        String header = """
                {
                DataType = UnsignedShort ;
                Dim_1 = 2 ;
                Dim_2 = 1 ;
                Size = 4 ;
                }
                """;
        Files.writeString(folder.resolve("cut.edf"), header + "abcd" + header + "ab", StandardCharsets.US_ASCII);

        assertThatThrownBy(() -> open(FrameFiles.Hints.NONE, "cut.edf"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("EDF file is cut")
                .hasMessageContaining("frame=1, expectedBytes=4, actualBytes=2");
    }

    @ParameterizedTest
    @Timeout(10)
    @CsvSource(
            delimiter = ';',
            value = {
                "EDF_DataBlockID = 0.General ,EDF_HeaderSize = 0 ,EDF_BinarySize = 0 ;EDF_HeaderSize=0",
                "EDF_HeaderSize = 9223372036854775807 ,EDF_BinarySize = 0 ;header does not end in the file",
                "Dim_1 = 2 ,DataType = UnsignedByte ,EDF_BinarySize = 9223372036854775807 ;EDF file is cut",
                "Dim_1 = 4294967296 ,Dim_2 = 4294967296 ,DataType = UnsignedByte ;larger than any file",
            })
    void shouldRefuseEdfHeadersThatLie(String lines, String expected) throws Exception {
        String header = "{\n" + lines.replace(",", ";\n") + ";\n}\n";
        Files.writeString(folder.resolve("lie.edf"), header + " ".repeat(900), StandardCharsets.US_ASCII);

        assertThatThrownBy(() -> open(FrameFiles.Hints.NONE, "lie.edf"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "<u2;",
                ">u2;",
                ">f4; chunks=(2, 4, 3)",
                "<i4; chunks=(3, 6, 7), compression='gzip', shuffle=True",
                "<u8; chunks=(4, 6, 7), compression='lzf'",
                "<f8; chunks=(1, 6, 7), fletcher32=True",
                "<u2; chunks=(4, 4, 4), compression='gzip', shuffle=True",
                "<u2; chunks=(16, 6, 7), maxshape=(None, 6, 7)"
            })
    void shouldReadAnHdf5Dataset(String dtype, String creation) throws Exception {
        String expected = run(
                "numpy, h5py",
                "a = (numpy.arange(10 * 6 * 7) - 5).astype('" + dtype + "').reshape(10, 6, 7)\n"
                        + "with h5py.File('a.h5', 'w') as f:\n"
                        + "    f.create_dataset('entry/data', data=a, "
                        + (creation == null ? "" : creation) + ")\nshow(a)");

        assertThat(summary("a.h5::/entry/data")).isEqualTo(expected);
        assertThat(summary("a.h5::entry/data")).isEqualTo(expected);
    }

    @Test
    void shouldReadBitshuffleLz4AndCounters() throws Exception {
        String expected = run("numpy, h5py, hdf5plugin", """
                a = numpy.random.default_rng(1).integers(0, 9, (3, 300, 301), dtype='u4')
                with h5py.File('a.h5', 'w') as f:
                    f.create_dataset('a', data=a, chunks=(1, 300, 301), **hdf5plugin.Bitshuffle())
                    f.create_dataset('c', data=a[0, 0])
                show(a)
                show(a[0, 0])
                """);

        assertThat(summary("a.h5::/a") + "\n" + summary("a.h5::/c")).isEqualTo(expected);
    }

    @Test
    void shouldReadChunksThatWereNotFilteredOrNeverWritten() throws Exception {
        String expected = run("numpy, h5py, hdf5plugin", """
                a = numpy.arange(4 * 6 * 7, dtype='u2').reshape(4, 6, 7)
                with h5py.File('a.h5', 'w') as f:
                    f.create_dataset('b', (4, 6, 7), '<u2', chunks=(1, 6, 7), fillvalue=65535, **hdf5plugin.Bitshuffle())
                    f.create_dataset('z', (4, 6, 7), '>u2', chunks=(1, 6, 7), fillvalue=65535, compression='gzip')
                    for name in 'bz':
                        f[name][0] = a[0]
                        f[name].id.write_direct_chunk((1, 0, 0), a[1].astype(f[name].dtype).tobytes(), filter_mask=1)
                        f[name][3] = a[3]
                with h5py.File('a.h5', 'r') as f:
                    show(f['b'][()])
                    show(f['z'][()])
                """);

        assertThat(summary("a.h5::/b") + "\n" + summary("a.h5::/z")).isEqualTo(expected);
    }

    @Test
    void shouldSayWhatIsWrongWithAnHdf5Path() throws Exception {
        run("numpy, h5py", """
                with h5py.File('a.h5', 'w') as f:
                    f.create_dataset('entry/data', data=numpy.zeros((3, 4, 5)))
                with h5py.File('v.h5', 'w') as f:
                    layout = h5py.VirtualLayout((3, 4, 5), 'f8')
                    layout[:] = h5py.VirtualSource('a.h5', 'entry/data', (3, 4, 5))
                    f.create_virtual_dataset('v', layout)
                """);

        assertThatThrownBy(() -> summary("v.h5::/v")).hasMessageContaining("virtual dataset, or one beside it");
        assertThatThrownBy(() -> summary("a.h5::/entry/no")).hasMessageContaining("no such dataset");
        assertThatThrownBy(() -> summary("a.h5::/entry")).hasMessageContaining("not a dataset");
        assertThatThrownBy(() -> summary("a.h5")).hasMessageContaining("a.h5::/entry/data");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "frames/mx_adsc_ccd_u16",
                "frames/mx_eiger4m_u16",
                "frames/mx_pilatus_roi1m_thaumatin_i32",
                "frames/tomo_id16b_diatom_u16",
                "frames/tomo_id19_u16",
                "frames/tomo_k11_tiny_u16",
                "spectra/xrf_aps2ide_4det_u16",
                "spectra/xrf_nanomax_x3mini_u32"
            })
    void shouldReadRealFramesAsNumpyDoes(String name) throws Exception {
        Path file = Numpy.realData().resolve(name + ".npy.gz");
        String expected = numpy("import gzip\nshow(numpy.load(gzip.open('" + file + "')))");

        assertThat(summary(file.toString())).isEqualTo(expected);
    }

    @Test
    void shouldReadRealEdfAsFabioDoes() throws Exception {
        Path edf = Numpy.realData().resolve("originals/edf");
        List<String> series = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            series.add(edf.resolve("ID19_D2H2T2_000" + i + ".edf").toString());
        }
        String expected = run("numpy, fabio", "edf = '" + edf + """
                        '
                        show([frame.data for frame in fabio.open(edf + '/ID16B_diatomee.edf').frames()])
                        show([fabio.open('%s/ID19_D2H2T2_000%d.edf' % (edf, i)).data for i in range(6)])
                        """);

        assertThat(summary(edf.resolve("ID16B_diatomee.edf").toString()) + "\n"
                        + summary(series.toArray(String[]::new)))
                .isEqualTo(expected);
    }

    @Test
    void shouldReadRealCountersOfABlissFile() throws Exception {
        Path file = Numpy.realData().resolve("originals/bliss_esrf/PTO_STO_SL_0001.h5");
        String expected = run("numpy, h5py", "show(h5py.File('" + file + "')['20.1/instrument/epoch/data'][()])");

        assertThat(summary(file + "::/20.1/instrument/epoch/data")).isEqualTo(expected);
        assertThatThrownBy(() -> summary(file + "::/20.1/measurement/mpx1x4"))
                .hasMessageContaining("virtual dataset, or one beside it");
    }

    private String numpy(String lines) throws Exception {
        return run("numpy", lines);
    }

    private String run(String modules, String lines) throws Exception {
        return Numpy.run(folder, modules, SUM + lines);
    }

    private FrameSource open(FrameFiles.Hints hints, String... files) throws IOException {
        List<String> paths = new ArrayList<>();
        for (String file : files) {
            paths.add(folder.resolve(file).toString());
        }
        return FrameFiles.open(paths, hints);
    }

    private String summary(String... files) throws IOException {
        return summary(FrameFiles.Hints.NONE, files);
    }

    private String summary(FrameFiles.Hints hints, String... files) throws IOException {
        try (FrameSource source = open(hints, files)) {
            StringBuilder text = new StringBuilder();
            text.append(source.type().kind() == ElementType.Kind.FLOAT ? 'f' : kind(source.type()));
            text.append(source.type().bytes()).append(' ').append(source.frameShape());
            for (long i = 0; i < source.frames(); i++) {
                CRC32 sum = new CRC32();
                sum.update(frame(source, i));
                text.append(' ').append(sum.getValue());
            }
            return text.toString();
        }
    }

    private static char kind(ElementType type) {
        return type.wireName().charAt(0);
    }

    private static ByteBuffer frame(FrameSource source, long index) throws IOException {
        return source.frame(index, ByteBuffer.allocateDirect((int) source.frameBytes()));
    }
}
