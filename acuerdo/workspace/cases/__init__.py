"""What a case needs beside its steps: who may work on it, its documents, answers by approved texts, the sheet of the complaint book."""
