"""What an example's content looks like, and how it becomes numbers. NumPy only.

`Schema`      kind of content, classes, and `encode(content)` to a flat float32 vector
`Column`      one column of a table or one entry of a vector
`separation`  which columns tell two encoded rows apart, for the table view
`check_name`  the rule for names and ids that come from outside
`typed`       a cell of text as its column's kind says

Used by the readers (`cincer_streams`), the server at its edge, and the compute processes.
"""

from ._columns import Column as Column
from ._columns import typed as typed
from ._infer import classes_of as classes_of
from ._names import check_name as check_name
from ._names import normalised as normalised
from ._pixels import MAX_PIXELS as MAX_PIXELS
from ._pixels import open_image as open_image
from ._schema import Schema as Schema
from ._schema import label_text as label_text
from ._separation import separation as separation
