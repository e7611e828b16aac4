"""An Android Motion Photo: a JPEG of the first frame, and the clip as MP4 behind it.

After "Motion Photo format 1.0" (Android Developers, 2024): XMP in the JPEG says that the file is
one, how long the video at its end is, and at which instant of the video the JPEG stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from io import SEEK_END, BytesIO
from pathlib import Path

from livingstill.core.model import Float32Array, PackedRGBA
from livingstill.media import metadata as xmp
from livingstill.media.formats import Encoding
from livingstill.media.write.sinks import Loop
from livingstill.media.write.stills import JPEG_QUALITY, encode_picture
from livingstill.media.write.video import VideoFile

_DIRECTORY = """\
<rdf:Description rdf:about=""
 xmlns:GCamera="http://ns.google.com/photos/1.0/camera/"
 xmlns:Container="http://ns.google.com/photos/1.0/container/"
 xmlns:Item="http://ns.google.com/photos/1.0/container/item/"
 GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1"
 GCamera:MotionPhotoPresentationTimestampUs="0">
<Container:Directory><rdf:Seq>
<rdf:li rdf:parseType="Resource"><Container:Item
 Item:Mime="image/jpeg" Item:Semantic="Primary" Item:Length="0" Item:Padding="0"/></rdf:li>
<rdf:li rdf:parseType="Resource"><Container:Item
 Item:Mime="video/mp4" Item:Semantic="MotionPhoto" Item:Length="{length}" Item:Padding="0"/></rdf:li>
</rdf:Seq></Container:Directory>
</rdf:Description>
"""
"""What the JPEG says of the ``length`` bytes of video behind it."""


class MotionPhoto:
    """Encodes frames as MP4, and puts a JPEG of the first before it when the clip is complete.

    The parameters are those of ``VideoFile``.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: Fraction,
        encoding: Encoding,
        metadata: Mapping[str, str],
        sound: Float32Array | None = None,
        loop: Loop | None = None,
    ) -> None:
        self._path, self._metadata = path, metadata
        self._quality = JPEG_QUALITY[encoding.quality]
        self._still = b""
        self._video = VideoFile(path, size, fps, encoding, metadata, sound, loop)
        self.abort = self._video.abort

    def write(self, packed: PackedRGBA) -> None:
        """Take the next frame, (H, W) uint32, bytes R, G, B, A from the lowest."""
        self._still = self._still or encode_picture(packed, ".jpg", self._quality)
        self._video.write(packed)

    def finish(self) -> None:
        """Complete the video, then insert the JPEG before it."""
        self._video.finish()
        with self._path.open("r+b") as file:
            xmp.embed(file, ".mp4", self._metadata)
            directory = _DIRECTORY.format(length=file.seek(0, SEEK_END))
            still = BytesIO(self._still)
            xmp.embed(still, ".jpg", self._metadata, directory)
            xmp.insert(file, 0, still.getvalue())
